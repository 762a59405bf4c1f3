// @ts-check
/**
 * npm run test:openapi: schemathesis reads /openapi.json of a server and drives every operation, body and parameter of
 * it, with values that fit and values that don't. Exits with 1 when an answer is not a documented one.
 *
 * Needs Python 3.11 with venv. --examples N: requests per operation and phase (100). --seed N
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createServer } from 'bgcut/server';

import { pythonEnvironment } from '../oracles/python.mjs';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
  },
});

/** What an answer has to be. Whether a wrong value is refused is for our own tests: values are read leniently. */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'ignored_auth',
];

const environment = await pythonEnvironment(here('requirements.txt'));
const data = mkdtempSync(join(tmpdir(), 'bgcut-openapi-'));
const server = await createServer({
  ...{ data, port: 0, device: 'cpu', log: 'silent', offline: true, queue: 100 },
  ...{ rateLimit: 1_000_000, submissionsPerDay: 1_000_000 },
  model: here('../../test/fixtures/models/tiny.onnx'),
});
try {
  const url = await server.listen();
  const options = [
    ...['--header', `X-Api-Key: ${server.firstKey ?? ''}`, '--url', `${url}/v1.0`],
    ...['--checks', checks.join(','), '--phases', 'examples,coverage,fuzzing', '--mode', 'all'],
    ...['--max-examples', values.examples, '--seed', values.seed, '--workers', '1'],
    ...['--generation-database', 'none', '--continue-on-failure', '--no-color'],
  ];
  const program = join(environment, 'bin', 'schemathesis');
  const run = spawn(program, ['run', `${url}/openapi.json`, ...options], { stdio: 'inherit' });
  const [code] = /** @type {[number | null]} */ (await once(run, 'close'));
  process.exitCode = code ?? 1;
} finally {
  await server.close();
  rmSync(data, { recursive: true, force: true });
}
