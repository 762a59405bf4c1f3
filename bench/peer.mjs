// @ts-check
/** Against @imgly/background-removal-node with its model `medium`, which are the same weights. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { median } from './figure.mjs';
import { inTurns } from './turns.mjs';

/** @import { Figure, Report } from './figure.mjs' */

const script = fileURLToPath(new URL('peers/imgly.mjs', import.meta.url));
const installed = new URL('peers/node_modules/@imgly/background-removal-node/', import.meta.url);

export const title = 'peer';

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ picture, engine, settings, progress }) {
  if (!existsSync(installed)) {
    const note =
      '@imgly/background-removal-node is not installed and was not measured: `npm run bench:peers` installs it first.';
    return { figures: [], notes: [note] };
  }
  progress('peer: loading');
  const peer = fork(script, [picture.path]);
  try {
    await answer(peer);
    const tasks = {
      ours: () => engine.removeBg(picture.path, { size: 'full', format: 'png' }),
      theirs: async () => {
        peer.send('go');
        const { milliseconds } = await answer(peer);
        return { overriddenDuration: milliseconds };
      },
    };
    const rounds = settings.quick ? 1 : 3;
    const samples = await inTurns(tasks, rounds, (round) =>
      progress(`peer: turn ${round} of ${rounds}`),
    );
    const ours = median(samples.ours ?? []);
    const theirs = median(samples.theirs ?? []);
    /** @type {Figure} */
    const figure = {
      name: '@imgly/background-removal-node over BgCut, full PNG',
      value: theirs / ours,
      unit: 'times',
      bound: 15,
      detail: `${theirs.toFixed(0)} ms over ${ours.toFixed(0)} ms, both with the model loaded`,
    };
    return { figures: [figure] };
  } finally {
    peer.kill();
  }
}

/**
 * The next message of the peer; rejects when it ends instead.
 *
 * @param {import('node:child_process').ChildProcess} peer
 * @returns {Promise<any>}
 */
export async function answer(peer) {
  const listening = new AbortController();
  const { signal } = listening;
  try {
    const ended = once(peer, 'exit', { signal }).then(([code]) => {
      throw new Error(`the peer ended with exit code ${code}`);
    });
    const [message] = await Promise.race([once(peer, 'message', { signal }), ended]);
    return message;
  } finally {
    listening.abort();
  }
}
