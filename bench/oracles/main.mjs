// @ts-check
/**
 * npm run bench:oracles: whether what we compute is what other people's code computes. Exits with 1 where it isn't.
 */
import { parseArgs } from 'node:util';

import * as matting from './matting.mjs';
import * as metrics from './metrics.mjs';
import { openPython, oracles } from './python.mjs';

const usage = `npm run bench:oracles -- [options]

Needs Python 3.11 with venv; its packages (requirements.txt) go into an environment in the temporary folder.

  --pairs DIR  pictures with known alpha, for the metrics besides those that are made; the native matting is compared
               on them. May be given again
  --help
`;

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(usage);
else {
  const python = await openPython(oracles);
  const agreed = [
    await metrics.compare(python, values.pairs),
    await matting.compare(python, values.pairs),
  ];
  process.exitCode = agreed.includes(false) ? 1 : 0;
}
