// @ts-check
/** npm run bench: measures BgCut and prints each figure with its bound. Exits with 1 when one is missed. */
import { parseArgs } from 'node:util';

import * as batch from './batch.mjs';
import * as calls from './calls.mjs';
import { drawCharts } from './charts.mjs';
import * as cold from './cold.mjs';
import { openContext } from './context.mjs';
import * as encoders from './encoders.mjs';
import * as eventLoop from './eventloop.mjs';
import * as facade from './facade.mjs';
import { passes } from './figure.mjs';
import { machine, otherWork } from './machine.mjs';
import * as memory from './memory.mjs';
import * as peer from './peer.mjs';
import * as sizes from './sizes.mjs';
import * as soak from './soak.mjs';
import * as throughput from './throughput.mjs';
import { markdown, writePage } from './report.mjs';
import { save, saved } from './saved.mjs';

/** @type {Record<string, import('./figure.mjs').Group>} */
const groups = {
  calls,
  sizes,
  throughput,
  memory,
  cold,
  eventloop: eventLoop,
  facade,
  encoders,
  batch,
  soak,
  peer,
};

/** Takes a quarter of an hour. */
const byNameOnly = ['soak'];

const usage = `npm run bench -- [options] [groups]

Groups: ${Object.keys(groups).join(', ')}; all but ${byNameOnly.join(', ')} unless named.

  --rounds N      measured turns of each call (7)
  --picture FILE  measure on this JPEG instead of the 12 MP one that is made
  --sizes 1,12    megapixels at which the peers are measured again; the others come from out/bench
  --quick         small pictures, few turns, no bounds: only whether everything runs, ${byNameOnly.join(', ')} too
  --write         put the report into docs/performance.md as well; groups that aren't named come from out/bench,
                  where every run leaves its figures
  --help
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    picture: { type: 'string' },
    sizes: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

process.exitCode = values.help ? help() : await bench();

function help() {
  process.stdout.write(usage);
  return 0;
}

async function bench() {
  const { quick, picture, write } = values;
  const rounds = quick ? 1 : Number(values.rounds);
  const usual = Object.keys(groups).filter((name) => quick || !byNameOnly.includes(name));
  const chosen = positionals.length > 0 ? positionals : usual;
  const unknown = chosen.find((name) => groups[name] === undefined);
  if (unknown !== undefined || !(Number.isInteger(rounds) && rounds > 0)) {
    process.stderr.write(usage);
    return 2;
  }
  if (write && quick) {
    process.stderr.write('--write wants figures that were measured in full.\n');
    return 2;
  }
  const disturbance = otherWork();
  if (disturbance !== undefined && !quick) process.stderr.write(`Other work: ${disturbance}.\n`);

  const context = await openContext({
    quick,
    rounds,
    picture,
    ...(values.sizes !== undefined && { sizes: values.sizes.split(',') }),
  });
  /** @type {import('./figure.mjs').Report[]} */
  const reports = [];
  for (const name of write ? Object.keys(groups) : chosen) {
    const group = chosen.includes(name) ? groups[name] : undefined;
    const report = group === undefined ? await saved(`report-${name}`) : await group.run(context);
    if (report === undefined) {
      process.stderr.write(
        `${name} was not measured yet and is left out: npm run bench -- ${name}\n`,
      );
      continue;
    }
    if (!quick) await save(`report-${name}`, report);
    reports.push(report);
  }
  const report = await markdown(machine(context.engine.info(), disturbance), reports, !quick);
  process.stdout.write(report);
  if (write) {
    await writePage(report);
    await drawCharts();
  }
  await context.engine.dispose();
  const missed = reports.flatMap(({ figures }) => figures).some((figure) => !passes(figure));
  return missed && !quick ? 1 : 0;
}
