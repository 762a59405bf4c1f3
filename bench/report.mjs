// @ts-check
/** The report as Markdown: what `npm run bench` prints, and what docs/performance.md carries. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { largerIsBetter, passes } from './figure.mjs';

/** @import { Figure, Report } from './figure.mjs' */

/**
 * @param {string[][]} machine name and value
 * @param {Report[]} reports
 * @param {boolean} judged whether the figures are held against their bounds
 */
export function markdown(machine, reports, judged) {
  const figures = reports.flatMap((report) => report.figures);
  const rows = figures.map((figure) => figureRow(figure, judged));
  const blocks = [
    table([['machine', ''], ...machine]),
    table([['figure', 'measured', 'must be', '', 'behind it'], ...rows]),
    ...reports.flatMap((report) => report.notes ?? []),
    ...reports
      .flatMap((report) => report.tables ?? [])
      .map(({ title, rows }) => `${title}:\n\n${table(rows)}`),
  ];
  return format(blocks.join('\n\n'), { parser: 'markdown', proseWrap: 'preserve' });
}

/**
 * Puts a report between the marks of a page.
 *
 * @param {string} report
 * @param {string} name of the page in docs/
 * @param {string} mark what the comment before the report says
 */
export async function writePage(report, name = 'performance.md', mark = 'bench') {
  const page = fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  const text = await readFile(page, 'utf8');
  const marks = new RegExp(`(<!-- ${mark} -->\\n).*(<!-- /${mark} -->)`, 's');
  if (!marks.test(text)) throw new Error(`docs/${name} has lost its marks`);
  const changed = text.replace(marks, (_, before, after) => `${before}\n${report}\n${after}`);
  await writeFile(page, await format(changed, { ...(await resolveConfig(page)), filepath: page }));
}

/**
 * @param {Figure} figure
 * @param {boolean} judged
 */
function figureRow(figure, judged) {
  const { name, value, unit, bound, detail } = figure;
  const show = (/** @type {number} */ number, /** @type {number} */ digits) =>
    ({
      ratio: number.toFixed(digits),
      share: number.toFixed(2),
      count: number.toFixed(0),
      times: `${number.toFixed(digits)} x`,
      ms: `${number.toFixed(digits)} ms`,
      MB: `${number.toFixed(Math.abs(number) < 10 ? digits : 0)} MB`,
    })[unit];
  const verdict = judged ? (passes(figure) ? 'pass' : 'FAIL') : '';
  const limit = `${largerIsBetter(unit) ? '>=' : '<='} ${show(bound, unit === 'ratio' ? 2 : 0)}`;
  return [name, show(value, unit === 'ratio' ? 2 : 1), judged ? limit : '', verdict, detail];
}

/** @param {readonly string[][]} rows the first is the header */
export function table(rows) {
  const [header = [], ...body] = rows;
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '-')), ...body.map(line)].join('\n');
}
