// @ts-check
/** How a call's time grows with the picture: 1 to 50 megapixels, over one inference in ONNX Runtime alone. */
import { median } from './figure.mjs';
import { testPicture } from './picture.mjs';
import { save } from './saved.mjs';
import { inTurns } from './turns.mjs';

/** @import { Figure, Report } from './figure.mjs' */
/** @import { RemoveOptions, Result } from 'bgcut' */

/** Width and height by megapixels. @type {Record<string, [number, number]>} */
export const pictures = {
  1: [1250, 800],
  4: [2500, 1600],
  12: [4000, 3000],
  25: [6250, 4000],
  50: [8000, 6250],
};

/** @param {string} megapixels @param {string} format @returns {RemoveOptions} */
export const fullOptions = (megapixels, format) =>
  /** @type {RemoveOptions} */ ({ size: megapixels === '50' ? '50MP' : 'full', format });

const formats = ['png', 'webp', 'zip'];

export const title = 'sizes';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ settings, engine, infer, raw, progress }) {
  /** @type {Record<string, Result[]>} */
  const results = {};
  /** @type {Record<string, () => Promise<unknown>>} */
  const tasks = {
    'raw 1024': async () => ({ overriddenDuration: await raw(1024) }),
    'raw 512': async () => ({ overriddenDuration: await raw(512) }),
    'own 1024': async () => ({ overriddenDuration: await infer(1024) }),
    'own 512': async () => ({ overriddenDuration: await infer(512) }),
  };
  const wanted = Object.entries(pictures).filter(
    ([megapixels]) => !settings.quick || megapixels === '1',
  );
  for (const [megapixels, size] of wanted) {
    const path = await testPicture(...size);
    const call = async (/** @type {string} */ name, /** @type {RemoveOptions} */ options) => {
      (results[name] ??= []).push(await engine.removeBg(path, options));
    };
    for (const format of formats) {
      const name = `${megapixels} MP ${format}`;
      tasks[name] = () => call(name, fullOptions(megapixels, format));
    }
    const preview = `${megapixels} MP preview`;
    tasks[preview] = () => call(preview, { size: 'preview', format: 'png' });
  }
  await inTurns(tasks, 1);
  for (const name of Object.keys(results)) results[name] = [];
  const rounds = settings.quick ? 1 : Math.min(settings.rounds, 5);
  const samples = await inTurns(tasks, rounds, (round) =>
    progress(`sizes: turn ${round} of ${rounds}`),
  );
  /** @param {string} name */
  const time = (name) => median(samples[name] ?? []);
  const rows = Object.entries(results).map(([name, made]) => {
    const stages = Object.fromEntries(
      Object.keys(made[0]?.timings ?? {}).map((stage) => [
        stage,
        median(
          made.map(
            ({ timings }) => /** @type {Record<string, number>} */ ({ ...timings })[stage] ?? 0,
          ),
        ),
      ]),
    );
    const [megapixels = '', , format = ''] = name.split(' ');
    const bytes = median(made.map(({ data }) => data.length));
    return {
      name,
      megapixels: Number(megapixels),
      format,
      milliseconds: time(name),
      stages,
      bytes,
    };
  });
  const alone = { 1024: time('raw 1024'), 512: time('raw 512') };
  const own = { 1024: time('own 1024'), 512: time('own 512') };
  if (!settings.quick) await save('sizes', { raw: alone, own, rows });
  /** @param {string} name @param {512 | 1024} side @param {number} bound @returns {Figure} */
  const ratio = (name, side, bound) => ({
    name: `${name}, over raw inference at ${side}`,
    value: time(name) / alone[side],
    unit: 'ratio',
    bound,
    detail: `${time(name).toFixed(0)} ms over ${alone[side].toFixed(0)} ms; ${(time(name) / own[side]).toFixed(2)} of BgCut's own ${own[side].toFixed(0)} ms`,
  });
  /** @type {[string, 512 | 1024, number][]} */
  const bounds = [
    ['1 MP png', 1024, 1.35],
    ['12 MP png', 1024, 1.6],
    ['50 MP zip', 1024, 2.5],
    ['1 MP preview', 512, 1.3],
    ['12 MP preview', 512, 1.3],
    ['50 MP preview', 512, 1.3],
  ];
  const header = ['milliseconds', ...formats, 'preview'];
  const table = wanted.map(([megapixels]) => [
    `${megapixels} MP`,
    ...[...formats, 'preview'].map((format) => time(`${megapixels} MP ${format}`).toFixed(0)),
  ]);
  return {
    figures: bounds
      .filter(([name]) => samples[name] !== undefined)
      .map(([name, side, bound]) => ratio(name, side, bound)),
    tables: [{ title: 'Milliseconds by size of the picture (medians)', rows: [header, ...table] }],
  };
}
