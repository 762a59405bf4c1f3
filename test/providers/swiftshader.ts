/** Vulkan in software, for the WebGPU provider: Google's SwiftShader, as the npm package of a headless Chromium carries it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

import { extract } from 'tar';
import { afterAll } from 'vitest';

/**
 * The environment in which Vulkan has that one device, its loader included: nothing of the machine is used. The files
 * live as long as the test file that calls this.
 */
export async function softwareVulkan(): Promise<NodeJS.ProcessEnv> {
  const folder = mkdtempSync(join(tmpdir(), 'bgcut-vulkan-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  // The package exports its entry point alone: build/cjs/index.cjs.
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packed = readFileSync(join(dirname(entry), '../../bin/swiftshader.tar.br'));
  const file = join(folder, 'swiftshader.tar');
  writeFileSync(file, brotliDecompressSync(packed));
  await extract({ file, cwd: folder });
  return {
    LD_LIBRARY_PATH: folder,
    VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
  };
}

/** Runs a program of these tests to its end, and answers with the JSON it prints. Its own failure fails the test. */
export function runProgram(name: string, env: NodeJS.ProcessEnv, ...args: string[]): unknown {
  const program = join(import.meta.dirname, 'programs', name);
  const answer = execFileSync(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 110_000,
  });
  return JSON.parse(answer);
}
