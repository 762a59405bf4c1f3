import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

import { readBinaries } from '../../native/package/binaries.mjs';
import { here } from '../../native/package/platforms.mjs';
import { makeSbom } from '../../native/package/sbom.mjs';
import { project } from '../support/project.js';

interface Component {
  name: string;
  version?: string;
  type: string;
  licenses?: unknown[];
  components?: Component[];
  hashes?: { content: string }[];
  properties?: { name: string; value: string }[];
  'bom-ref': string;
}

let text: string;
let components: Component[];
let dependencies: { ref: string; dependsOn: string[] }[];
const component = (name: string): Component => components.find((each) => each.name === name)!;
const needs = (ref: string): string[] => dependencies.find((each) => each.ref === ref)!.dependsOn;

beforeAll(async () => {
  const binaries = await readBinaries(here, join(project, 'build', 'Release'));
  text = await makeSbom([binaries]);
  ({ components, dependencies } = JSON.parse(text) as {
    components: Component[];
    dependencies: { ref: string; dependsOn: string[] }[];
  });
});

describe('the bill of materials', () => {
  it('is valid CycloneDX', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot5);
    expect(await validator.validate(text)).toBeNull();
    expect(await validator.validate(text.replace('"library"', '"libary"'))).not.toBeNull();
  });

  it('is the same for the same input', async () => {
    const binaries = await readBinaries(here, join(project, 'build', 'Release'));
    expect(await makeSbom([binaries])).toBe(text);
    expect(text).not.toContain('"timestamp"');
  });

  it('has the native libraries, in the versions that run', () => {
    for (const [ours, theirs] of [
      ['libvips', 'vips'],
      ['mozjpeg', 'mozjpeg'],
      ['png', 'png'],
      ['webp', 'webp'],
    ] as const) {
      const version = (sharp.versions as Record<string, string>)[theirs];
      expect(component(ours)).toMatchObject({ version, licenses: [expect.anything()] });
    }
    const runtime = readFileSync(join(project, 'node_modules/onnxruntime-node/package.json'));
    const { version } = JSON.parse(runtime.toString()) as { version: string };
    expect(component('onnxruntime')).toMatchObject({ version });
  });

  it('knows what is in the package of the platform, and what that needs', () => {
    const { components: files = [], 'bom-ref': ref } = component(`@bgcut/${here}`);
    expect(files.map(({ name }) => name)).toContain('bgcut.node');
    for (const { hashes } of files) expect(hashes![0]!.content).toMatch(/^[0-9a-f]{64}$/);
    expect(needs(ref)).toContain(component('onnxruntime')['bom-ref']);
    expect(needs('bgcut@0.1.0')).toContain(ref);
  });

  it('has every model, and whether it may be used commercially', () => {
    const models = components.filter(({ type }) => type === 'machine-learning-model');
    const use = Object.fromEntries(
      models.map(({ name, properties }) => [name, properties![0]!.value]),
    );
    expect(use).toMatchObject({ isnet: 'unclear', 'rmbg-1.4': 'no' });
  });

  it('has no tool of the checkout', () => {
    for (const name of ['typescript', 'onnxruntime-node', 'vitest', 'cmake-js']) {
      expect(component(name)).toBeUndefined();
    }
    expect(component('fastify')).toBeDefined();
  });
});
