/** A provider for GPUs that really runs here: WebGPU over Vulkan in software. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import type { EngineInfo } from 'bgcut';
import { photos, project, tinyModel } from '../support/project.js';
import { runProgram, softwareVulkan } from './swiftshader.js';

interface Report {
  infos: [EngineInfo, EngineInfo, EngineInfo];
  differences: { most: number; mean: number; pixels: number }[];
  providers: string[];
  after: number;
}

// SwiftShader's package has it for x64 alone.
const here = process.platform === 'linux' && process.arch === 'x64';

describe.runIf(here)('WebGPU', () => {
  let vulkan: NodeJS.ProcessEnv;
  let report: Report;

  beforeAll(async () => {
    vulkan = await softwareVulkan();
    const pictures = ['astronaut.png', 'rocket.jpg'].map((name) => join(photos, name));
    report = runProgram('webgpu.mjs', vulkan, tinyModel, ...pictures) as Report;
  });

  it('gives the mattes of the CPU, to one level of 255', () => {
    expect(report.differences).toHaveLength(8);
    for (const { most, mean, pixels } of report.differences) {
      expect(most).toBeLessThanOrEqual(1);
      // Pictures of something: a matte of one value would be alike everywhere.
      expect(mean).toBeGreaterThan(1);
      expect(mean).toBeLessThan(245);
      expect(pixels).toBeGreaterThan(100_000);
    }
  });

  it('says that it runs there, and how many nodes', () => {
    const [cpu, ...both] = report.infos;
    expect(cpu).toMatchObject({ provider: 'cpu', nodes: { cpu: 2 }, precision: 'float32' });
    for (const { provider, nodes, fallbacks, tensorrt } of both) {
      expect({ provider, nodes }).toEqual({ provider: 'webgpu', nodes: { webgpu: 2 } });
      expect({ fallbacks, tensorrt }).toEqual({ fallbacks: [], tensorrt: null });
    }
    expect(report.providers).toEqual(['webgpu']);
  });

  it('goes on with the other engine when one is disposed, and the process ends well', () => {
    expect(report.after).toBeGreaterThan(100_000);
  });

  it('can take over from another device while that one serves', () => {
    const told = runProgram('takeover.mjs', vulkan, tinyModel) as Record<string, unknown>;
    expect(told).toMatchObject({ before: { cpu: 2 }, after: { webgpu: 2 } });
    expect(told.asked).toBeGreaterThan(0);
  });

  it('is what bgcut warmup and bgcut info tell', () => {
    const bgcut = (...args: string[]) =>
      JSON.parse(
        execFileSync(process.execPath, [join(project, 'dist/cli/main.js'), ...args, '--json'], {
          env: { ...process.env, ...vulkan },
          encoding: 'utf8',
        }),
      ) as Record<string, unknown>;
    const warm = bgcut('warmup', '--device', 'webgpu', '--model', tinyModel);
    expect(warm).toMatchObject({
      model: 'tiny',
      provider: 'webgpu',
      nodes: { webgpu: 2 },
      buildMs: 0,
    });
    expect(warm.firstMs).toBeGreaterThan(0);
    const { devices } = bgcut('info') as { devices: { device: string; runs: boolean }[] };
    expect(devices.find(({ device }) => device === 'webgpu')).toEqual({
      device: 'webgpu',
      runs: true,
    });
  });
});
