// @ts-check
/** What the driver says of the first NVIDIA GPU. */
import { spawnSync } from 'node:child_process';

/**
 * The values of these fields; undefined where there is no such GPU.
 *
 * @param {string[]} fields of `nvidia-smi --help-query-gpu`
 * @returns {string[] | undefined}
 */
export function askNvidia(...fields) {
  const query = [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0]?.split(', ') : undefined;
}

/** Megabytes of its memory that are in use, by whomever; undefined where there is none. */
export function usedMegabytes() {
  const [mebibytes] = askNvidia('memory.used') ?? [];
  return mebibytes === undefined ? undefined : Math.round((Number(mebibytes) * 2 ** 20) / 1e6);
}
