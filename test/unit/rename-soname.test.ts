// The renamed copy of ONNX Runtime that Linux builds put beside the addon.
import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { renameSoname } from '../../native/rename-soname.mjs';

const project = join(import.meta.dirname, '..', '..');
const require = createRequire(join(project, 'x.js'));
const FROM = 'libonnxruntime.so.1';
const TO = 'libbgcut-other.so.1';

// onnxruntime-node brings the libraries of all platforms: its Linux ones can be edited on any.
const bin = join(require.resolve('onnxruntime-node'), '..', '..', 'bin', 'napi-v6', 'linux');
const library = (arch: string): Buffer => readFileSync(join(bin, arch, FROM));
const ownArch = process.platform === 'linux' ? process.arch : '';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'bgcut-soname-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function renamed(arch: string): string {
  const image = library(arch);
  renameSoname(image, FROM, TO);
  const file = join(folder, `${arch}.so`);
  writeFileSync(file, image);
  return file;
}

describe.each(['x64', 'arm64'])('a renamed library for %s', (arch) => {
  const hasReadelf = spawnSync('readelf', ['--version']).status === 0;

  it.skipIf(!hasReadelf)('has the other SONAME for readelf too', () => {
    const printed = execFileSync('readelf', ['-dW', renamed(arch)], { encoding: 'utf8' });
    expect(printed.match(/\(SONAME\).*/g)).toEqual([expect.stringMatching(`\\[${TO}\\]`)]);
    expect(printed).not.toContain(FROM);
  });

  it('differs from the original in that one name', () => {
    const before = library(arch);
    const after = readFileSync(renamed(arch));
    const at = after.indexOf(`\0${TO}\0`, 0, 'latin1') + 1;
    expect(at).toBeGreaterThan(0);
    after.write(FROM, at, 'latin1');
    expect(after.equals(before)).toBe(true);
  });
});

it.skipIf(!ownArch)('a renamed library loads and works as the same version', () => {
  // In a process of its own: this one may have ONNX Runtime already.
  const script = `
    require('sharp');
    const addon = require('./build/Release/bgcut.node');
    console.log(addon.loadRuntime(process.argv[1], '', ''));
    const model = require('fs').readFileSync('models/probe.onnx');
    addon.probeProvider('cpu', model).then((answer) => console.log(JSON.stringify(answer)));`;
  const printed = execFileSync(process.execPath, ['-e', script, renamed(ownArch)], {
    cwd: project,
    encoding: 'utf8',
  });
  const { version } = require('onnxruntime-node/package.json') as { version: string };
  expect(printed).toBe(`${version}\n{"ok":true}\n`);
});

it.skipIf(!ownArch)('is what BgCut loads', () => {
  const script = `
    require('./dist/native.js').loadNative();
    console.log(process.report.getReport().sharedObjects.filter((file) => /ort|onnx/.test(file)).join());`;
  const options = { cwd: project, encoding: 'utf8' } as const;
  const printed = execFileSync(process.execPath, ['-e', script], options);
  expect(printed.trim()).toBe(join(project, 'build', 'Release', 'libbgcut-ortrt.so.1'));
});

describe('a file that is not as expected stays as it is, and one sentence says why:', () => {
  const changed = (change: (image: Buffer) => void): Buffer => {
    const image = library('x64');
    change(image);
    return image;
  };

  it.each([
    ['no library', Buffer.from('MZ'), TO, 'no 64-bit little-endian ELF file'],
    ['32 bits', changed((image) => (image[4] = 1)), TO, 'no 64-bit little-endian ELF file'],
    ['a beginning only', library('x64').subarray(0, 1 << 20), TO, 'the file is cut short'],
    ['a header only', library('x64').subarray(0, 64), TO, 'the file is cut short'],
    ['no segments', changed((image) => image.writeUInt16LE(0, 56)), TO, 'no dynamic section'],
    ['renamed before', changed((image) => renameSoname(image, FROM, TO)), TO, `not ${FROM}`],
    ['a longer name', library('x64'), `${TO}0`, `not as long as ${FROM}`],
  ])('%s', (_, image, to, problem) => {
    const before = Buffer.from(image);
    expect(() => renameSoname(image, FROM, to)).toThrow(problem);
    expect(image.equals(before)).toBe(true);
  });
});
