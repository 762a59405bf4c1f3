// Any valid parameters, any picture, any subject in it: the plan and the composition keep to their limits, and every
// box lies inside what it is a box of.
import { compose } from '#lib/compose';
import { BgcutError } from '#lib/errors';
import { fineTypes } from '#lib/foreground/index';
import { maxOfferedPixels, maxPngPixels, maxSide, maxSourcePixels } from '#lib/limits';
import { readCall } from '#lib/params/options';
import { makePlan, maxResultSize } from '#lib/plan';
import { Reader, require } from './reader.mjs';

/** @import { Box, Size } from '#lib/geometry' */
/** @import { MattingSizes, ModelSizes } from '#lib/plan' */

/** @type {readonly [ModelSizes, ...ModelSizes[]]} */
const models = [{ default: 1024, preview: 512 }, { default: 320 }, { fixed: 16 }];
/** @type {readonly [null, ...MattingSizes[]]} */
const mattingModels = [null, { fixed: 512 }, { default: 1024, multipleOf: 32 }];

/** @param {Reader} reader @param {number} most */
function decimal(reader, most) {
  const value = reader.between(0, most);
  return reader.flag() ? `${Math.min(value, most - 1)}.${reader.between(0, 99_999)}` : `${value}`;
}

/** @param {Reader} reader @param {number} mostPx @param {number} mostPercent */
const length = (reader, mostPx, mostPercent) =>
  reader.flag() ? `${decimal(reader, mostPx)}px` : `${decimal(reader, mostPercent)}%`;

/** @param {Reader} reader @param {Size} picture */
function optionsFrom(reader, { width, height }) {
  /** @param {number} count @param {() => string} make */
  const several = (count, make) => Array.from({ length: count }, make).join(' ');
  const corner = () => `${length(reader, width, 100)} ${length(reader, height, 100)}`;
  const options = {
    size: reader.one(['preview', 'medium', 'hd', 'full', '50MP', 'auto']),
    format: reader.one(['auto', 'png', 'jpg', 'webp', 'zip']),
    channels: reader.one(['rgba', 'alpha']),
    quality: reader.one(['fast', 'balanced', 'best']),
    crop: reader.flag(),
    semitransparency: reader.flag(),
    roi: reader.flag() ? several(2, corner) : undefined,
    cropMargin: several(reader.one([1, 2, 4]), () => length(reader, 500, 50)),
    scale: reader.flag() ? `${10 + reader.between(0, 89)}.${reader.byte()}%` : undefined,
    position: reader.one([
      undefined,
      'original',
      'center',
      several(2, () => `${decimal(reader, 100)}%`),
    ]),
    shadowType: reader.one([undefined, 'auto', '3D', 'drop', 'car']),
    bgColor: reader.one([undefined, 'green', '#0000', '81d4fa77']),
  };
  return readCall(options);
}

/** A side of a picture, small ones as likely as large ones. @param {Reader} reader @param {number} most */
const side = (reader, most) => reader.between(1, Math.min(most, 2 ** reader.between(0, 26)));

/** @param {Reader} reader @returns {Size} */
function pictureFrom(reader) {
  const width = side(reader, maxSourcePixels);
  return { width, height: side(reader, Math.floor(maxSourcePixels / width)) };
}

/** @param {Reader} reader @param {Size} size @returns {Box} */
function boxFrom(reader, { width, height }) {
  const left = reader.between(0, width - 1);
  const top = reader.between(0, height - 1);
  return {
    left,
    top,
    width: reader.between(1, width - left),
    height: reader.between(1, height - top),
  };
}

/** @param {Size} size @param {number} pixels @param {number} longest @param {string} what */
function requireSize({ width, height }, pixels, longest, what) {
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height);
  const fits = width * height <= pixels && Math.max(width, height) <= longest;
  require(whole && width >= 1 && height >= 1 && fits, () => `${what} is ${width}x${height}`);
}

/** @param {Box} box @param {Size} size @param {string} what */
function requireInside(box, size, what) {
  const { left, top, width, height } = box;
  requireSize(box, Infinity, Infinity, what);
  const starts = Number.isSafeInteger(left) && Number.isSafeInteger(top) && left >= 0 && top >= 0;
  require(starts && left + width <= size.width && top + height <= size.height, () =>
    `${what} ${JSON.stringify(box)} lies in ${JSON.stringify(size)}`);
}

/** @param {Buffer} bytes */
export function run(bytes) {
  const reader = new Reader(bytes);
  const picture = pictureFrom(reader);
  const parameters = optionsFrom(reader, picture);
  const background =
    parameters.bgColor === undefined ? null : /** @type {const} */ ({ color: parameters.bgColor });
  const model = reader.one(models);
  const mattingModel = reader.one(mattingModels);
  let plan;
  try {
    plan = makePlan({ parameters, picture, background, model, mattingModel, timeoutMs: 0 });
  } catch (thrown) {
    const refused = thrown instanceof BgcutError && thrown.code.startsWith('roi_');
    require(refused, () => `a plan, not ${String(thrown)}`);
    return;
  }
  requireSize(maxResultSize(picture), maxOfferedPixels, maxSide.zip, 'the largest result');
  for (const frame of [plan.frame, plan.transparentFrame ?? plan.frame]) {
    requireSize(frame, maxOfferedPixels, Infinity, 'a frame');
    require(frame.width <= picture.width && frame.height <= picture.height, () =>
      `a picture is only ever scaled down: ${JSON.stringify({ picture, frame })}`);
  }
  if (plan.roi) requireInside(plan.roi, picture, 'the region of interest');

  const transparent = reader.flag();
  const frame = transparent ? (plan.transparentFrame ?? plan.frame) : plan.frame;
  const box = boxFrom(reader, frame);
  const boxTransparent = transparent && reader.flag();
  const { composition, foreground } = compose({
    parameters,
    subject: { frame, box, transparent, boxTransparent },
    type: reader.one(fineTypes),
    background,
  });
  const { canvas, source, target, encoder } = composition;
  const pixels = encoder.format === 'png' ? maxPngPixels : maxOfferedPixels;
  requireSize(canvas, pixels, maxSide[encoder.format], 'the canvas');
  requireInside(source, frame, 'the source');
  requireInside(target, canvas, 'the target');
  requireSize(foreground, Infinity, Infinity, 'the foreground');
}

export const seeds = () => [
  Buffer.alloc(64),
  Buffer.alloc(64, 1),
  Buffer.alloc(96, 0xff),
  Buffer.from(Array.from({ length: 96 }, (_, i) => (i * 37) % 256)),
];

/** @type {string[]} */
export const words = ['\x00\x00', '\xff\xff', '\x01\x01\x01\x01', '\x1a'];
