// deploy/Dockerfile where there is no Docker: it is linted, and what its commands leave behind is started as the image
// would start it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  type Cmd,
  DockerfileParser,
  type Entrypoint,
  type Env,
  type From,
  type Healthcheck,
} from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { providerFolder } from '#lib/providers/folder';
import { cudaPackage } from '#lib/providers/packages';
import { project, tinyModel } from '../support/project.js';

const run = promisify(execFile);
const text = readFileSync(join(project, 'deploy', 'Dockerfile'), 'utf8');
const file = DockerfileParser.parse(text);
const instructions = file.getInstructions();
const stages = file.getFROMs();

/** The instructions of a stage, by its name; the last one has none. */
function stage(name: string | null): ReturnType<typeof file.getInstructions> {
  const start = stages.findIndex((from) => from.getBuildStage() === name);
  const [from, to] = [stages[start]!, stages[start + 1]];
  const first = instructions.findIndex(
    (each) => each.getRange().start.line === from.getRange().start.line,
  );
  const last =
    to === undefined
      ? undefined
      : instructions.findIndex((each) => each.getRange().start.line === to.getRange().start.line);
  return instructions.slice(first, last);
}
const only = <T>(keyword: string, name: string | null = null): T[] =>
  stage(name).filter((each) => each.getKeyword() === keyword) as T[];
const words = (instruction: Cmd | Entrypoint): string[] =>
  instruction.getJSONStrings().map((each) => each.getJSONValue());

describe('the Dockerfile', () => {
  it('has nothing that a linter finds', () => {
    expect(validate(text)).toEqual([]);
    expect(validate(text.replace('WORKDIR', 'WORKDIRR')).length).toBeGreaterThan(0);
  });

  it('takes from stages that there are, and from the repository what is there', () => {
    const names = stages.map((from: From) => from.getBuildStage());
    const copies = file.getCOPYs();
    expect(copies.length).toBeGreaterThan(4);
    for (const copy of copies) {
      const from = copy.getFromFlag()?.getValue();
      if (from !== undefined) expect(names).toContain(from);
      else {
        const sources = copy.getArguments().slice(0, -1).map(String);
        for (const source of sources) expect(existsSync(join(project, source)), source).toBe(true);
      }
    }
  });

  it("keeps compose's password out of the image and out of git", async () => {
    const ignored = readFileSync(join(project, 'deploy', 'Dockerfile.dockerignore'), 'utf8');
    expect(ignored.split('\n')).toContain('**/.env');
    await run('git', ['check-ignore', '--no-index', 'deploy/.env'], { cwd: project });
  });

  it('runs as nobody in particular, keeps its data in a volume, and is asked for its health', () => {
    expect(only('USER').map(String)).toEqual(['USER 1000:1000']);
    expect(only('VOLUME').map(String)).toEqual(['VOLUME /data']);
    expect(only('HEALTHCHECK')).toHaveLength(1);
  });

  it('fetches the CUDA provider as anybody does, for the CUDA of its image, to where the server looks', () => {
    const { name, needs, platform } = cudaPackage;
    const settings = (name: string | null) =>
      only<Env>('ENV', name).flatMap((each) =>
        each.getProperties().map((set) => `${set.getName()}=${set.getValue()}`),
      );
    expect(settings(null)).toContain('BGCUT_CACHE=/models');
    expect(settings('cuda-provider')).toEqual(['BGCUT_CACHE=/models']);
    const bgcut = 'node dist/cli/main.js';
    expect(only('RUN', 'cuda-provider').map(String)).toEqual([
      `RUN ${bgcut} providers add ${name} && ${bgcut} info`,
    ]);
    expect(text).toContain('COPY --from=cuda-provider /models/providers /models/providers');
    vi.stubEnv('BGCUT_CACHE', '/models');
    expect(providerFolder(cudaPackage)).toMatch(/^\/models\/providers\//);
    vi.unstubAllEnvs();
    const [, major] = /CUDA_IMAGE=nvidia\/cuda:(\d+)\./.exec(text) ?? [];
    expect(needs.cuda).toContain(`libcudart.so.${major}`);
    expect(platform).toBe('linux');
  });
});

describe.runIf(process.platform === 'linux')('what the image holds', () => {
  const app = mkdtempSync(join(tmpdir(), 'bgcut-image-'));
  afterAll(() => rmSync(app, { recursive: true, force: true }));

  beforeAll(async () => {
    // The stage build, with links for what npm ci and npm run build have made here.
    const made = [join(project, 'node_modules'), join(project, 'build'), app];
    // Between file systems there are no hard links.
    await run('cp', ['-al', ...made]).catch(() => run('cp', ['-a', ...made]));
    // npm writes into this one.
    const hidden = 'node_modules/.package-lock.json';
    rmSync(join(app, hidden));
    cpSync(join(project, hidden), join(app, hidden));
    for (const name of [
      'package.json',
      'package-lock.json',
      '.npmrc',
      'dist',
      'models',
      'deploy',
      'LICENSE',
      'NOTICE',
      'lib',
    ]) {
      cpSync(join(project, name), join(app, name), { recursive: true });
    }
    const [command] = only<{ getArgumentsContent(): string }>('RUN', 'package');
    await run('sh', ['-c', command!.getArgumentsContent()], { cwd: app });
  });

  it('is no tool and no source, but the clients of PostgreSQL and S3', () => {
    const names = readdirSync(app);
    expect(names).toContain('dist');
    for (const tool of ['lib', 'package-lock.json']) expect(names).not.toContain(tool);
    const packages = readdirSync(join(app, 'node_modules'));
    for (const tool of ['typescript', 'vite', 'vitest', 'cmake-js'])
      expect(packages).not.toContain(tool);
    const version = (folder: string, name: string): string =>
      (
        JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
          version: string;
        }
      ).version;
    for (const name of ['pg', '@aws-sdk/client-s3', 'sharp', 'fastify']) {
      expect(version(app, name)).toBe(version(project, name));
    }
  });

  it('has the models that its command fetches, or finds fetched', async () => {
    const [command] = only<{ getArgumentsContent(): string }>('RUN', 'models');
    const { stdout } = await run('sh', ['-c', command!.getArgumentsContent()], { cwd: app });
    for (const name of ['isnet', 'nanodet']) expect(stdout).toContain(name);
  });

  it('starts, is healthy, cuts out, and stops', async () => {
    const port = await freePort();
    const data = join(app, 'data');
    mkdirSync(data);
    const settings = Object.fromEntries(
      only<Env>('ENV').flatMap((env) =>
        env.getProperties().map((each) => [each.getName(), each.getValue()]),
      ),
    ) as Record<string, string>;
    expect(settings).toMatchObject({
      BGCUT_HOST: '0.0.0.0',
      BGCUT_PORT: '8080',
      BGCUT_DATA: '/data',
    });
    const env = {
      PATH: process.env.PATH,
      ...settings,
      ...{
        BGCUT_PORT: String(port),
        BGCUT_DATA: data,
        BGCUT_MODEL: tinyModel,
        BGCUT_DEVICE: 'cpu',
      },
    };
    const [entry, ...given] = [
      ...words(only<Entrypoint>('ENTRYPOINT')[0]!),
      ...words(only<Cmd>('CMD').at(-1)!),
    ];
    const child = spawn(entry!, given, { cwd: app, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (said: string) => (stderr += said));
    const ended = once(child, 'close');
    const [said] = (await Promise.race([once(child.stdout, 'data'), ended.then(() => [''])])) as [
      Buffer | string,
    ];
    expect(String(said), stderr).toContain('listening on http://0.0.0.0:');

    const probe = only<Healthcheck>('HEALTHCHECK')[0]!.getArgumentsContent()!;
    const [, json] = /CMD\s+(\[.*\])$/s.exec(probe)!;
    const [command, ...args] = JSON.parse(json!) as string[];
    const isHealthy = (): Promise<boolean> =>
      run(command!, args, { cwd: app, env }).then(
        () => true,
        () => false,
      );
    expect(await isHealthy()).toBe(true);

    const [, key] = /shown only now: (\S+)/.exec(stderr)!;
    const form = new FormData();
    const photo = readFileSync(join(project, 'test', 'fixtures', 'photos', 'coffee.png'));
    form.append('image_file', new Blob([Uint8Array.from(photo)]), 'coffee.png');
    const answer = await fetch(`http://127.0.0.1:${port}/v1.0/removebg`, {
      method: 'POST',
      headers: { 'X-Api-Key': key! },
      body: form,
    });
    expect(answer.status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);

    child.kill('SIGTERM');
    expect((await ended)[0], stderr).toBe(0);
    expect(await isHealthy()).toBe(false);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
