// @ts-check
/** How long a call takes, against one inference of the same weights in ONNX Runtime alone, by format and size. */
import { median } from './figure.mjs';
import { inTurns } from './turns.mjs';

/** @import { Figure, Report } from './figure.mjs' */
/** @import { RemoveOptions, Result } from 'bgcut' */

/** The side of the model's input for large results, in pixels. */
const modelSide = 1024;

/** @satisfies {Record<string, RemoveOptions>} */
const calls = {
  'full PNG': { size: 'full', format: 'png' },
  'full ZIP': { size: 'full', format: 'zip' },
  'full WebP': { size: 'full', format: 'webp' },
  'full JPEG': { size: 'full', format: 'jpg' },
  'preview PNG': { size: 'preview', format: 'png' },
};

/** @typedef {keyof typeof calls} CallName */

/** The stages of a call, in their order. */
export const stageNames = /** @type {const} */ ([
  ...[
    'source',
    'decode',
    'tensor',
    'inference',
    'matte',
    'mask',
    'classify',
    'layout',
    'compose',
    'encode',
    'container',
  ],
  'total',
]);

export const title = 'calls';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ settings, picture, engine, infer, raw, progress }) {
  /** @type {Record<CallName, Result[]>} */
  const results = {
    'full PNG': [],
    'full ZIP': [],
    'full WebP': [],
    'full JPEG': [],
    'preview PNG': [],
  };
  const names = /** @type {CallName[]} */ (Object.keys(calls));
  /** @type {Record<string, () => Promise<unknown>>} */
  const tasks = {
    raw: async () => ({ overriddenDuration: await raw(modelSide) }),
    own: async () => ({ overriddenDuration: await infer(modelSide) }),
  };
  for (const name of names) {
    tasks[name] = async () => {
      const result = await engine.removeBg(picture.path, calls[name]);
      results[name].push(result);
    };
  }
  await inTurns(tasks, 1);
  for (const name of names) results[name] = [];
  const samples = await inTurns(tasks, settings.rounds, (round) =>
    progress(`calls: turn ${round} of ${settings.rounds}`),
  );

  /** @param {string} name */
  const time = (name) => median(samples[name] ?? []);
  /** @param {CallName} name @param {(result: Result) => number} value */
  const of = (name, value) => median(results[name].map(value));
  /** @param {CallName} name */
  const beside = (name) => of(name, ({ timings }) => timings.total - timings.inference);
  /** @param {CallName} name */
  const bytes = (name) => of(name, ({ data }) => data.length);
  const png = time('full PNG');
  /** @type {Figure[]} */
  const figures = [
    {
      name: `${picture.megapixels} JPEG to full PNG, over raw inference`,
      value: png / time('raw'),
      unit: 'ratio',
      bound: 1.6, // the matte included, as in sizes.mjs
      detail: `${ms(png)} over ${ms(time('raw'))}; ${(png / time('own')).toFixed(2)} of BgCut's own inference`,
    },
    {
      name: 'preview, over full',
      value: time('preview PNG') / png,
      unit: 'ratio',
      bound: 0.4,
      detail: `${ms(time('preview PNG'))} over ${ms(png)}`,
    },
    {
      name: 'full ZIP over full PNG: time without inference',
      value: beside('full ZIP') / beside('full PNG'),
      unit: 'ratio',
      bound: 0.6,
      detail: `${ms(beside('full ZIP'))} over ${ms(beside('full PNG'))}`,
    },
    {
      name: 'full ZIP over full PNG: bytes',
      value: bytes('full ZIP') / bytes('full PNG'),
      unit: 'ratio',
      bound: 0.35,
      detail: `${mb(bytes('full ZIP'))} over ${mb(bytes('full PNG'))}`,
    },
  ];
  return { figures, tables: [stages(names, results)] };
}

/**
 * @param {CallName[]} names
 * @param {Record<CallName, Result[]>} results
 */
function stages(names, results) {
  const header = ['call', ...stageNames, 'bytes'];
  const rows = names.map((name) => {
    const times = stageNames.map((stage) =>
      median(results[name].map(({ timings }) => timings[stage])).toFixed(0),
    );
    return [name, ...times, mb(median(results[name].map(({ data }) => data.length)))];
  });
  return { title: 'Milliseconds per stage (medians)', rows: [header, ...rows] };
}

/** @param {number} milliseconds */
function ms(milliseconds) {
  return `${milliseconds.toFixed(0)} ms`;
}

/** @param {number} bytes */
function mb(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;
}
