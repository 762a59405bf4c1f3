// @ts-check
/**
 * Against others that run the same weights, from the bytes of a JPEG to those of a result at full size:
 * @imgly/background-removal-node with its model `medium`, and rembg with and without its alpha matting. A size is measured
 * once for all of them in turns and kept in out/bench; `--sizes 12` measures again, else what is there is taken.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { resolveModel } from '#lib/models/index';

import { median } from './figure.mjs';
import { openPython } from './oracles/python.mjs';
import { testPicture } from './picture.mjs';
import { save, saved } from './saved.mjs';
import { fullOptions, pictures } from './sizes.mjs';

/** @import { Figure, Report } from './figure.mjs' */

const imgly = fileURLToPath(new URL('peers/imgly.mjs', import.meta.url));
const rembg = fileURLToPath(new URL('peers/rembg.txt', import.meta.url));
const installed = new URL('peers/node_modules/@imgly/background-removal-node/', import.meta.url);

/** Its matting solves for every pixel of the full picture: above this it takes minutes and many gigabytes. */
const mostMatted = 4;

export const title = 'peer';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ engine, settings, progress }) {
  if (!existsSync(installed)) {
    const note =
      '@imgly/background-removal-node is not installed and was not measured: `npm run bench:peers` installs it first.';
    return { figures: [], notes: [note] };
  }
  const sizes = settings.quick ? ['1'] : Object.keys(pictures);
  /** @type {Measured[]} */
  const all = [];
  for (const megapixels of sizes) {
    const name = `peers-${megapixels}`;
    const again = settings.sizes === undefined || settings.sizes.includes(megapixels);
    const before = again ? undefined : await saved(name);
    if (before === undefined && !again) continue;
    progress(`peer: ${megapixels} MP`);
    const measured = before ?? (await measure(engine, megapixels, settings.quick ? 1 : 2));
    if (!settings.quick) await save(name, measured);
    all.push(measured);
  }
  return { figures: figures(all), tables: [tableOf(all)] };
}

/**
 * Milliseconds by what was run; formats by their name here.
 *
 * @typedef {{ megapixels: string, ours: Record<string, number>, imgly: Record<string, number>,
 *   rembg: Record<string, number>, matted?: Record<string, number> }} Measured
 */

/**
 * @param {import('bgcut').Engine} engine @param {string} megapixels @param {number} rounds
 * @returns {Promise<Measured>}
 */
async function measure(engine, megapixels, rounds) {
  const path = await testPicture(...(pictures[megapixels] ?? [1250, 800]));
  const { file: model } = await resolveModel('isnet');
  const python = await openPython(rembg);
  const theirs = async (/** @type {boolean} */ matting) => {
    const job = { model, picture: path, matting, formats: ['png', 'webp'], rounds };
    return medians(await python('rembg_time.py', job), 1000);
  };
  /** @type {Record<string, number[]>} */
  const ours = {};
  const turn = async () => {
    for (const format of ['png', 'webp', 'zip']) {
      const start = performance.now();
      await engine.removeBg(path, fullOptions(megapixels, format));
      (ours[format] ??= []).push(performance.now() - start);
    }
  };
  await turn();
  for (const format of Object.keys(ours)) ours[format] = [];
  /** @type {Record<string, number[]>} */
  const peer = {};
  const running = fork(imgly, [path]);
  try {
    await answer(running);
    for (let round = 0; round < rounds; round++) {
      await turn();
      for (const format of ['png', 'webp']) {
        running.send(`image/${format}`);
        const { milliseconds } = await answer(running);
        (peer[format] ??= []).push(milliseconds);
      }
    }
  } finally {
    running.kill();
  }
  const plain = await theirs(false);
  await turn();
  const matted = Number(megapixels) <= mostMatted ? await theirs(true) : undefined;
  const result = { megapixels, ours: medians(ours), imgly: medians(peer), rembg: plain };
  return matted === undefined ? result : { ...result, matted };
}

/** @param {Record<string, number[]>} samples @param {number} [scale] */
function medians(samples, scale = 1) {
  const entries = Object.entries(samples);
  return Object.fromEntries(entries.map(([name, values]) => [name, scale * median(values)]));
}

/** A zip is held against the peer's PNG: it has none. @param {string} format */
const counterpart = (format) => (format === 'zip' ? 'png' : format);

/** @param {Measured[]} all @returns {Figure[]} */
function figures(all) {
  /** @param {'imgly' | 'rembg'} peer @param {string} name @param {number} bound */
  const least = (peer, name, bound) => {
    const ratios = all
      .filter(({ megapixels }) => Number(megapixels) >= 12)
      .flatMap(({ megapixels, ours, [peer]: theirs }) =>
        Object.entries(ours).map(([format, time]) => ({
          ratio: (theirs[counterpart(format)] ?? 0) / time,
          at: `${megapixels} MP to ${format}`,
        })),
      )
      .sort((a, b) => a.ratio - b.ratio);
    const [worst] = ratios;
    if (worst === undefined) return [];
    return [
      {
        name: `${name} over BgCut, the least from 12 MP on`,
        value: worst.ratio,
        unit: /** @type {const} */ ('times'),
        bound,
        detail: `${worst.at}; most ${ratios.at(-1)?.ratio.toFixed(1)} x, ${ratios.at(-1)?.at}`,
      },
    ];
  };
  return [
    ...least('imgly', '@imgly/background-removal-node', 15),
    ...least('rembg', 'rembg without alpha matting', 2),
  ];
}

/** @param {Measured[]} all */
function tableOf(all) {
  const header = [
    'picture, result',
    'BgCut',
    '@imgly/background-removal-node',
    'rembg',
    'rembg, alpha matting',
  ];
  const rows = all.flatMap(({ megapixels, ours, imgly: first, rembg: second, matted }) =>
    Object.entries(ours).map(([format, time]) => {
      const beside = (/** @type {number | undefined} */ theirs) =>
        theirs === undefined
          ? 'not measured'
          : `${(theirs / 1000).toFixed(2)} s, ${(theirs / time).toFixed(1)} x`;
      const other = counterpart(format);
      return [
        `${megapixels} MP to ${format}`,
        `${(time / 1000).toFixed(2)} s`,
        beside(first[other]),
        beside(second[other]),
        beside(matted?.[other]),
      ];
    }),
  );
  return {
    title: 'From JPEG bytes to result bytes, size full, models loaded',
    rows: [header, ...rows],
  };
}

/**
 * The next message of the peer; rejects when it ends instead.
 *
 * @param {import('node:child_process').ChildProcess} peer
 * @returns {Promise<any>}
 */
export async function answer(peer) {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    const ended = once(peer, 'exit', { signal }).then(([code]) => {
      throw new Error(`the peer ended with exit code ${code}`);
    });
    const [message] = await Promise.race([once(peer, 'message', { signal }), ended]);
    return message;
  } finally {
    listening.abort();
  }
}
