// @ts-check
import { Bench } from 'tinybench';

/**
 * Runs the tasks in turns, one call of each a round, so that whatever else the machine does meets them all alike.
 * A task that returns { overriddenDuration } measured itself.
 *
 * @param {Record<string, () => Promise<unknown>>} tasks
 * @param {number} rounds
 * @param {(round: number) => void} [onRound] told the number of the round, from 1, before it starts
 * @returns {Promise<Record<string, number[]>>} milliseconds of every call, by the name of the task
 */
export async function inTurns(tasks, rounds, onRound) {
  /** @type {Record<string, number[]>} */
  const samples = {};
  for (let round = 1; round <= rounds; round++) {
    onRound?.(round);
    const bench = new Bench({
      iterations: 1,
      time: 0,
      warmup: false,
      throws: true,
      retainSamples: true,
    });
    for (const [name, task] of Object.entries(tasks)) bench.add(name, task, { async: true });
    await bench.run();
    for (const { name, result } of bench.tasks) {
      if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
      (samples[name] ??= []).push(...(result.latency.samples ?? []));
    }
  }
  return samples;
}
