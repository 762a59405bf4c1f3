// `npm run fuzz -- [TARGET ...] [--seconds 30] [--jobs 2] [--report FILE]`: fuzzes the targets, all of them unless some
// are named, so many at a time. The native ones are built with clang, libFuzzer, AddressSanitizer, LeakSanitizer and
// UndefinedBehaviorSanitizer. What each writes is in out/fuzz/TARGET.log, what it found in out/fuzz/finds. Exits
// non-zero when there is a find. The report is JSON: how many targets passed, and the names of those that failed.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFuzzer, SANITIZER_ENV } from '../../native/sanitize.mjs';
import { BuildError, root, run, script } from '../../native/toolchain.mjs';
import { javascriptTargets } from './targets/index.mjs';

const corpus = join(root, 'test', 'fuzz', 'corpus');
const out = join(root, 'out', 'fuzz');
const finds = join(out, 'finds');

/** The targets that read pictures start from the same ones, and know the words of their formats. */
const pictures = [join(corpus, 'pictures'), `-dict=${join(corpus, 'picture.dict')}`];
/** The others take any numbers. */
const numbers = [join(corpus, 'numbers')];
/** Targets of native/fuzz/targets.h, and what the fuzzer gets for them beside the usual. @type {Record<string, string[]>} */
const nativeTargets = {
  header: pictures,
  decode: pictures,
  encode: numbers,
  compose: numbers,
  matte: numbers,
  pipeline: pictures,
};

/** An input may take so long, and have that much memory, in seconds and MB. */
const MOST_TIME = 20;
const MOST_MEMORY = 2048;

/** @param {string} target @param {string} seconds @returns {[program: string, args: string[]]} */
function command(target, seconds) {
  const more = nativeTargets[target];
  if (!more) {
    return [
      process.execPath,
      [join(import.meta.dirname, 'driver.mjs'), target, '--seconds', seconds],
    ];
  }
  const own = join(corpus, target);
  mkdirSync(own, { recursive: true });
  const limits = [
    `-max_total_time=${seconds}`,
    `-timeout=${MOST_TIME}`,
    `-rss_limit_mb=${MOST_MEMORY}`,
    '-max_len=4352',
    '-detect_leaks=0', // not after every input, which takes most of the time: the process' end tells
    `-report_slow_units=${MOST_TIME}`,
    '-print_final_stats=1',
    `-artifact_prefix=${join(finds, target)}-`,
  ];
  return [
    join(root, 'build', 'fuzzer', 'bgcut_fuzz'),
    [`--target=${target}`, join(out, target), own, ...more, ...limits],
  ];
}

/** What a fuzzer says of its run, in a few words. @param {string} output */
function summary(output) {
  const runs = /^stat::number_of_executed_units:\s*(\d+)/m.exec(output)?.[1];
  const coverage = /cov: (\d+) ft: \d+ corp: (\d+)(?![\s\S]*cov: \d+ ft:)/.exec(output);
  if (runs && coverage) return `${runs} inputs, ${coverage[1]} blocks, ${coverage[2]} kept`;
  return (
    output
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^\w+: /, '') ?? ''
  );
}

/** @param {string} target @param {string} seconds @returns {Promise<boolean>} whether nothing was found */
async function fuzz(target, seconds) {
  mkdirSync(join(out, target), { recursive: true });
  const env = { ...process.env, ...SANITIZER_ENV, VIPS_WARNING: '0' };
  const signal = AbortSignal.timeout((Number(seconds) + 120) * 1000);
  const { code, output } = await run(...command(target, seconds), { env, signal });
  writeFileSync(join(out, `${target}.log`), output);
  if (code === 0) {
    console.log(`✓ ${target}: ${summary(output)}`);
    return true;
  }
  if (signal.aborted) renameSync(join(out, `${target}.current`), join(finds, `${target}-endless`));
  console.log(
    `✗ ${target}: the input lies in out/fuzz/finds, the report in out/fuzz/${target}.log`,
  );
  console.log(output.split('\n').slice(-60).join('\n'));
  return false;
}

await script(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '30' },
      jobs: { type: 'string', default: '2' },
      report: { type: 'string' },
    },
  });
  const known = [...Object.keys(nativeTargets), ...Object.keys(javascriptTargets)];
  const unknown = positionals.find((target) => !known.includes(target));
  if (unknown !== undefined) {
    throw new BuildError(`There is no target "${unknown}"; there are ${known.join(', ')}.`);
  }
  const targets = positionals.length > 0 ? positionals : known;
  if (targets.some((target) => target in nativeTargets)) await buildFuzzer();
  mkdirSync(finds, { recursive: true });

  /** @type {string[]} */
  const failed = [];
  const queue = [...targets];
  const worker = async () => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      if (!(await fuzz(target, values.seconds))) failed.push(target);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  const passed = targets.length - failed.length;
  if (values.report) writeFileSync(values.report, JSON.stringify({ passed, failed }));
  console.log(`${passed} passed, ${failed.length} failed`);
  if (failed.length > 0) process.exitCode = 1;
});
