// @ts-check
/**
 * The pictures of docs/performance.md, drawn from what the benches left in out/bench. One whose measurement isn't there
 * stays as it is.
 */
import { mkdir, writeFile } from 'node:fs/promises';

import { parse, View } from 'vega';
import { compile } from 'vega-lite';

import { saved } from './saved.mjs';

/** @import { TopLevelSpec } from 'vega-lite' */

/**
 * What bench/sizes.mjs, bench/soak.mjs and bench/quality/frontier.mjs save.
 *
 * @typedef {{ name: string, megapixels: number, format: string, milliseconds: number, stages: Record<string, number> }} Row
 * @typedef {{ rows: Row[] }} Sizes
 * @typedef {{ rows: { side: number, quality: string, error: number, milliseconds: number }[] }} Frontier
 * @typedef {{ samples: { call: number, rss: number }[], idle: number, calls: number }} Soak
 */

const folder = new URL('../docs/performance/', import.meta.url);

/** The stages of a call in their order, as `timings` has them; queue and waiting are no work. */
const stages = [
  ...['source', 'decode', 'tensor', 'inference', 'matte', 'mask', 'classify', 'layout', 'compose'],
  ...['encode', 'container'],
];

const common = /** @type {const} */ ({
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'white',
  padding: 12,
  width: 560,
  height: 300,
  config: { font: 'Helvetica, Arial, sans-serif', view: { stroke: null } },
});

/** @param {Sizes} measured @returns {TopLevelSpec} */
const latency = ({ rows }) => ({
  ...common,
  title: 'Milliseconds of a call by megapixels of the picture',
  data: { values: rows },
  mark: { type: 'line', point: true },
  encoding: {
    x: { field: 'megapixels', type: 'quantitative', title: 'megapixels of the picture' },
    y: { field: 'milliseconds', type: 'quantitative', title: 'milliseconds' },
    color: {
      field: 'format',
      type: 'nominal',
      title: 'result',
      sort: ['webp', 'png', 'zip', 'preview'],
    },
  },
});

/** @param {Sizes} measured @returns {TopLevelSpec} */
const stacked = ({ rows }) => ({
  ...common,
  height: { step: 22 },
  title: 'Milliseconds per stage',
  data: {
    values: rows.flatMap(({ name, stages: spent }) =>
      stages.map((stage, order) => ({ name, stage, order, milliseconds: spent[stage] ?? 0 })),
    ),
  },
  mark: 'bar',
  encoding: {
    y: {
      field: 'name',
      type: 'nominal',
      title: null,
      sort: rows.map(({ name }) => name),
    },
    x: { field: 'milliseconds', type: 'quantitative', title: 'milliseconds' },
    color: {
      field: 'stage',
      type: 'nominal',
      title: 'stage',
      sort: stages,
      scale: { domain: stages, scheme: 'tableau20' },
    },
    order: { field: 'order', type: 'ordinal' },
  },
});

/** @param {Soak} measured @returns {TopLevelSpec} */
const memory = ({ samples, idle, calls }) => ({
  ...common,
  title: 'Resident memory over mixed calls',
  data: {
    values: [
      ...samples.map(({ call, rss }) => ({ call, rss, what: 'between calls' })),
      { call: calls, rss: idle, what: 'idle for 3 s' },
    ],
  },
  mark: { type: 'point', filled: true, size: 22 },
  encoding: {
    x: { field: 'call', type: 'quantitative', title: 'calls after the warm-up' },
    y: { field: 'rss', type: 'quantitative', title: 'MB' },
    color: { field: 'what', type: 'nominal', title: null },
  },
});

/** @param {Frontier} measured @returns {TopLevelSpec} */
const frontier = ({ rows }) => ({
  ...common,
  title: "Error against cost, by the side of the model's input and quality",
  data: { values: rows },
  mark: { type: 'line', point: { size: 60 } },
  encoding: {
    x: { field: 'milliseconds', type: 'quantitative', title: 'milliseconds of a call (median)' },
    y: {
      field: 'error',
      type: 'quantitative',
      title: 'squared error of alpha x 1000 (geometric mean)',
    },
    color: {
      field: 'side',
      type: 'nominal',
      title: 'side of the input',
      sort: 'ascending',
    },
    shape: {
      field: 'quality',
      type: 'nominal',
      title: 'quality',
      sort: ['fast', 'balanced', 'best'],
    },
    order: { field: 'milliseconds', type: 'quantitative' },
  },
});

/** Each picture, what it is drawn from, and how. @type {[string, string, (measured: any) => TopLevelSpec][]} */
const charts = [
  ['latency', 'sizes', latency],
  ['stages', 'sizes', stacked],
  ['memory', 'soak', memory],
  ['frontier', 'frontier', frontier],
];

export async function drawCharts() {
  await mkdir(folder, { recursive: true });
  for (const [name, source, draw] of charts) {
    const measured = await saved(source);
    if (measured === undefined) continue;
    const view = new View(parse(compile(draw(measured)).spec), { renderer: 'none' });
    await writeFile(new URL(`${name}.svg`, folder), `${await view.toSVG()}\n`);
  }
}
