// @ts-check
/** The alphas that others make with the same weights, each made once and kept on disk. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { openPython } from '../oracles/python.mjs';
import { answer } from '../peer.mjs';
import { keptFile } from './results.mjs';

/** @import { ResolvedModel } from '#lib/models/index' */
/** @import { Pair } from './pairs.mjs' */

/**
 * @typedef {object} Job
 * @property {string} picture path
 * @property {string} file where the alpha goes
 */

const imgly = fileURLToPath(new URL('../peers/imgly-matte.mjs', import.meta.url));
const installed = new URL('../peers/node_modules/@imgly/background-removal-node/', import.meta.url);
const rembg = fileURLToPath(new URL('../peers/rembg.txt', import.meta.url));

/** @type {{ name: string, key: string, make: (jobs: Job[], model: ResolvedModel) => Promise<void> }[]} */
const peers = [
  { name: 'imgly', key: '@imgly/background-removal-node 1.4.5 medium', make: runImgly },
  { name: 'rembg', key: 'rembg 2.0.86', make: (jobs, model) => runRembg(jobs, model, false) },
  {
    name: 'rembg, alpha matting',
    key: 'rembg 2.0.86 alpha_matting',
    make: (jobs, model) => runRembg(jobs, model, true),
  },
];

export const peerNames = peers.map(({ name }) => name);

/**
 * Files of the alphas, by peer and picture's name.
 *
 * @param {readonly Pair[]} pairs
 * @param {ResolvedModel} model
 * @returns {Promise<Map<string, Map<string, string>>>}
 */
export async function peerAlphas(pairs, model) {
  const all = new Map();
  for (const { name, key, make } of peers) {
    const files = new Map();
    /** @type {{ job: Job, file: string }[]} */
    const missing = [];
    for (const pair of pairs) {
      const file = await keptFile([key, model.manifest.sha256], pair.picture);
      files.set(pair.name, file);
      const job = { picture: pair.picture, file: `${file}.${process.pid}` };
      if (!existsSync(file)) missing.push({ job, file });
    }
    if (missing.length > 0) {
      process.stderr.write(`${name}: ${missing.length} pictures …\n`);
      await mkdir(dirname(missing[0]?.file ?? ''), { recursive: true });
      await make(
        missing.map(({ job }) => job),
        model,
      );
      for (const { job, file } of missing) await rename(job.file, file);
    }
    all.set(name, files);
  }
  return all;
}

/** @param {Job[]} jobs */
async function runImgly(jobs) {
  if (!existsSync(installed)) {
    throw new Error('@imgly/background-removal-node is not installed: npm ci --prefix bench/peers');
  }
  const peer = fork(imgly);
  try {
    await answer(peer);
    for (const job of jobs) {
      peer.send(job);
      await answer(peer);
    }
  } finally {
    peer.kill();
  }
}

/** @param {Job[]} jobs @param {ResolvedModel} model @param {boolean} matting */
async function runRembg(jobs, model, matting) {
  const python = await openPython(rembg);
  await python('rembg_matte.py', {
    model: model.file,
    jobs: jobs.map((job) => ({ ...job, matting })),
  });
}
