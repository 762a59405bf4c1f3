/** How many threads this process should use. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * The CPUs that this process may use: those of its affinity mask, and no more than its container's quota, which
 * Node 20 does not look at. At least 1.
 */
export function usableCpus(read: (path: string) => string = readText): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cpuQuota(read))));
}

/** CPUs by the quota of a Linux container (cgroup v2, else v1); Infinity without one. */
export function cpuQuota(read: (path: string) => string): number {
  const [quota, period] = read('/sys/fs/cgroup/cpu.max').trim().split(/\s+/);
  const v2 = Number(quota) / Number(period);
  if (v2 > 0) return v2;
  const v1 =
    Number(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us')) /
    Number(read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
  return v1 > 0 ? v1 : Infinity;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // another platform, or no such controller
  }
}
