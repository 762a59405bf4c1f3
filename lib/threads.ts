/** How many threads this process should use. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';

/**
 * The CPUs that this process may use: those of its affinity mask, and no more than its container's quota, which
 * Node 20 does not look at. At least 1.
 */
export function usableCpus(read: (path: string) => string = readText): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cpuQuota(read))));
}

const root = '/sys/fs/cgroup';

/**
 * CPUs by the quota of Linux' control groups, v2 and v1: the least of the group that the process is in and of those
 * around it. In a container its own group is usually the root of what it sees. Infinity without a quota.
 */
export function cpuQuota(read: (path: string) => string): number {
  const quotas = groupsOf(read('/proc/self/cgroup')).flatMap(({ v2, folder }) =>
    withParents(folder).map((group) => {
      if (v2) return share(...read(`${group}/cpu.max`).trim().split(/\s+/));
      return share(read(`${group}/cpu.cfs_quota_us`), read(`${group}/cpu.cfs_period_us`));
    }),
  );
  return Math.min(Infinity, ...quotas);
}

/** Where the limits of a process may stand, from the lines of /proc/self/cgroup: `number:controllers:path`. */
function groupsOf(lines: string): { v2: boolean; folder: string }[] {
  const groups = [
    { v2: true, folder: root },
    { v2: false, folder: `${root}/cpu` },
  ];
  for (const line of lines.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers === '') groups.push({ v2: true, folder: posix.join(root, path) });
    else if (controllers.split(',').includes('cpu')) {
      groups.push({ v2: false, folder: posix.join(root, controllers, path) });
      groups.push({ v2: false, folder: posix.join(root, 'cpu', path) });
    }
  }
  return groups;
}

/** A folder below the root, and all between. */
function withParents(folder: string): string[] {
  const parent = posix.dirname(folder);
  return parent.startsWith(root) ? [folder, ...withParents(parent)] : [folder];
}

function share(quota?: string, period?: string): number {
  const cpus = Number(quota) / Number(period);
  return cpus > 0 ? cpus : Infinity;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // another platform, or no such controller
  }
}
