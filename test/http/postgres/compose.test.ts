// Run by `npm run test:postgres`: what the compose file runs beside the server, by its own words.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

import { project } from '../../support/project.js';

const run = promisify(execFile);

interface Service {
  environment: Record<string, string>;
  healthcheck: { test: [kind: string, command: string, ...args: string[]] };
}

it('the database of the compose file is healthy by its own command, and ill when it is gone', async () => {
  const text = readFileSync(join(project, 'deploy', 'compose.yaml'), 'utf8');
  const { database, server } = (parse(text) as { services: Record<string, Service> }).services;
  const [kind, command, ...args] = database!.healthcheck.test;
  expect(kind).toBe('CMD');
  const { hostname, port } = new URL(process.env.BGCUT_TEST_DATABASE!);
  const ask = (at: string) =>
    run(command, args, { env: { ...process.env, PGHOST: hostname, PGPORT: at } });
  expect((await ask(port)).stdout).toContain('accepting connections');
  await expect(ask('1')).rejects.toThrow();
  // The server is sent to the database and the user that the other service makes.
  const { POSTGRES_USER: user, POSTGRES_DB: name } = database!.environment;
  const address = server!.environment.BGCUT_DATABASE!.replace(/\$\{[^}]+\}/, 'secret');
  expect(address).toBe(`postgres://${user}:secret@database/${name}`);
  expect(args.join(' ')).toBe(`--username ${user} --dbname ${name}`);
});
