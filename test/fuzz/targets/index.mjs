// The targets in JavaScript. Each exports what a Target has.
import * as body from './body.mjs';
import * as geometry from './geometry.mjs';
import * as manifest from './manifest.mjs';
import * as model from './model.mjs';
import * as params from './params.mjs';

/**
 * @typedef {object} Target
 * @property {(bytes: Buffer) => void | Promise<void>} run takes any bytes; throws where the code breaks a promise
 * @property {() => Buffer[]} seeds what to start from
 * @property {readonly string[]} words of the format, as latin1: put in as they are
 */

/** @type {Readonly<Partial<Record<string, Target>>>} */
export const javascriptTargets = { params, body, geometry, model, manifest };
