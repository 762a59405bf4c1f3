/** Colour profiles: results are sRGB, with the colours that sharp converts to, and say so where the input said anything. */
import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createEngine, type Engine } from 'bgcut';
import { scene } from '../support/pictures.js';
import { at, difference, rgba } from '../support/pixels.js';
import { png, pngChunk } from '../support/png.js';
import { everythingModel, onCpu } from '../support/project.js';
import { readZip } from '../support/zip.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ ...onCpu, model: everythingModel() });
});
afterAll(() => engine.dispose());

const files = {
  jpg: (picture: Sharp) => picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  png: (picture: Sharp) => picture.png(),
  webp: (picture: Sharp) => picture.webp({ lossless: true }),
};

describe.each(['jpg', 'png', 'webp'] as const)('a %s tagged Display P3', (format) => {
  const make = () => files[format](scene(120, 80).withIccProfile('p3')).toBuffer();

  it('comes out in the sRGB colours that sharp gives', async () => {
    const picture = await make();
    expect((await sharp(picture).metadata()).icc).toBeDefined();
    const result = await engine.removeBg(picture, { size: 'full', format: 'png' });
    const seen = await rgba(result.data);
    expect(difference(seen, await rgba(picture)).max).toBeLessThanOrEqual(1);
  });

  it('says sRGB in every format, and nothing but that', async () => {
    const picture = await make();
    for (const into of ['png', 'jpg', 'webp', 'zip'] as const) {
      const { data } = await engine.removeBg(picture, { format: into });
      const colour = into === 'zip' ? readZip(data)[0]!.data : data;
      const { icc } = await sharp(colour).metadata();
      expect(profileName(icc), into).toMatch(/^sRGB/);
    }
  });
});

it('Display P3 and sRGB samples really differ, or the tests above would show nothing', async () => {
  const p3 = await scene(120, 80).withIccProfile('p3').png().toBuffer();
  const [red] = at(await rgba(p3), 40, 60);
  // The samples of the file itself, read without its profile.
  const stripped = await sharp(p3, { ignoreIcc: true }).removeAlpha().raw().toBuffer();
  expect(Math.abs(red! - stripped[(60 * 120 + 40) * 3]!)).toBeGreaterThan(5);
});

it('a picture without a profile gets none', async () => {
  const picture = await scene(120, 80).png().toBuffer();
  for (const format of ['png', 'jpg', 'webp'] as const) {
    const { data } = await engine.removeBg(picture, { format });
    expect((await sharp(data).metadata()).icc).toBeUndefined();
  }
});

it('a picture tagged sRGB keeps its samples', async () => {
  const picture = await scene(120, 80).withIccProfile('srgb').png().toBuffer();
  const { data } = await engine.removeBg(picture, { size: 'full', format: 'png' });
  const samples = await sharp(picture, { ignoreIcc: true }).ensureAlpha().raw().toBuffer();
  expect((await rgba(data)).data.equals(samples)).toBe(true);
  expect(profileName((await sharp(data).metadata()).icc)).toMatch(/^sRGB/);
});

describe('a profile that does not fit', () => {
  const row = Buffer.from(Array.from({ length: 40 }, () => [200, 100, 50]).flat());
  const rows = Array<Buffer>(30).fill(row);
  const tagged = (profile: Buffer) => {
    const data = Buffer.concat([Buffer.from('x\0\0', 'latin1'), deflateSync(profile)]);
    return png({ width: 40, height: 30, colour: 2 }, rows, [pngChunk('iCCP', data)]);
  };

  it.each([
    ['is garbage', () => Promise.resolve(Buffer.from('this is no profile'.repeat(20)))],
    ['is cut off', async () => (await profileOf('p3')).subarray(0, 200)],
    ['is for CMYK, in a picture of RGB', () => profileOf('cmyk')],
  ])('%s: the samples are taken as they are', async (_, profile) => {
    const picture = tagged(await profile());
    const { data } = await engine.removeBg(picture, { size: 'full', format: 'png' });
    expect(at(await rgba(data), 20, 15)).toEqual([200, 100, 50, 255]);
  });
});

describe('pixel density', () => {
  it.each(['png', 'jpg', 'zip'] as const)('of the picture is kept in a %s', async (format) => {
    const picture = await scene(120, 80).withMetadata({ density: 300 }).jpeg().toBuffer();
    const { data } = await engine.removeBg(picture, { format });
    const file = format === 'zip' ? readZip(data)[0]!.data : data;
    expect((await sharp(file).metadata()).density).toBe(300);
  });

  it('is 72 dots per inch or left open where the picture states none', async () => {
    const picture = await sharp(await scene(120, 80).png().toBuffer())
      .webp()
      .toBuffer();
    const { data } = await engine.removeBg(picture, { format: 'png' });
    const chunk = data.indexOf('pHYs');
    const perMetre = chunk < 0 ? undefined : data.readUInt32BE(chunk + 4);
    expect([undefined, 2834, 2835]).toContain(perMetre);
  });
});

/** One of the profiles that sharp carries. */
async function profileOf(name: 'p3' | 'cmyk'): Promise<Buffer> {
  const colour = name === 'cmyk' ? 'cmyk' : 'srgb';
  const tagged = scene(16, 16).toColourspace(colour).withIccProfile(name).jpeg();
  return (await sharp(await tagged.toBuffer()).metadata()).icc!;
}

/** The description of an ICC profile (version 2 or 4), as text. */
function profileName(icc: Buffer | undefined): string {
  if (icc === undefined) return 'none';
  const tags = icc.readUInt32BE(128);
  for (let i = 0; i < tags; i++) {
    const entry = 132 + i * 12;
    if (icc.toString('latin1', entry, entry + 4) !== 'desc') continue;
    const tag = icc.subarray(icc.readUInt32BE(entry + 4)).subarray(0, icc.readUInt32BE(entry + 8));
    return tag
      .toString('latin1', 12)
      .replace(/[^ -~]/g, '')
      .replace(/^(\W|enUS)*/, '');
  }
  return 'nameless';
}
