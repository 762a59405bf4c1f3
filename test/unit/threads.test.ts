import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';

import { cpuQuota, usableCpus } from '#lib/threads';

/** A file system of a few files; any other is missing. */
function files(contents: Record<string, string>): (path: string) => string {
  return (path) => contents[path] ?? '';
}

const v1 = (quota: string, period: string) => ({
  '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': quota,
  '/sys/fs/cgroup/cpu/cpu.cfs_period_us': period,
});

it.each([
  ['cgroup v2, one and a half CPUs', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
  ['cgroup v2, no quota', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, Infinity],
  ['cgroup v1', v1('400000\n', '100000\n'), 4],
  ['cgroup v1, no quota', v1('-1\n', '100000\n'), Infinity],
  ['no cgroup', {}, Infinity],
  ['nonsense', { '/sys/fs/cgroup/cpu.max': 'x y' }, Infinity],
])('%s', (_, contents, cpus) => {
  expect(cpuQuota(files(contents as Record<string, string>))).toBe(cpus);
});

it('uses no more than the quota, no more than there are, and at least one', () => {
  const max = (quota: string) => files({ '/sys/fs/cgroup/cpu.max': quota });
  expect(usableCpus(max('50000 100000'))).toBe(1);
  expect(usableCpus(max('100000 100000'))).toBe(1);
  expect(usableCpus(max('max 100000'))).toBe(availableParallelism());
  expect(usableCpus(max('1000000000 100000'))).toBe(availableParallelism());
});
