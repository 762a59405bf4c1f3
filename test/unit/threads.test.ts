import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';

import { cpuQuota, usableCpus } from '#lib/threads';

/** A file system of a few files; any other is missing. */
function files(contents: Record<string, string>): (path: string) => string {
  return (path) => contents[path] ?? '';
}

const root = '/sys/fs/cgroup';
const v1 = (folder: string, quota: string, period: string) => ({
  [`${folder}/cpu.cfs_quota_us`]: quota,
  [`${folder}/cpu.cfs_period_us`]: period,
});

it.each([
  ['cgroup v2, one and a half CPUs', { [`${root}/cpu.max`]: '150000 100000\n' }, 1.5],
  ['cgroup v2, no quota', { [`${root}/cpu.max`]: 'max 100000\n' }, Infinity],
  ['cgroup v1', v1(`${root}/cpu`, '400000\n', '100000\n'), 4],
  ['cgroup v1, no quota', v1(`${root}/cpu`, '-1\n', '100000\n'), Infinity],
  ['no cgroup', {}, Infinity],
  ['nonsense', { [`${root}/cpu.max`]: 'x y', '/proc/self/cgroup': '0:\n::\nno' }, Infinity],
  [
    'the group of the process, seen from outside of its container',
    {
      '/proc/self/cgroup': '0::/kubepods/pod1/box\n',
      [`${root}/kubepods/pod1/box/cpu.max`]: 'max 100000',
      [`${root}/kubepods/pod1/cpu.max`]: '300000 100000',
      [`${root}/kubepods/cpu.max`]: '800000 100000',
    },
    3,
  ],
  [
    'cgroup v1 with its controllers joined',
    {
      '/proc/self/cgroup': '5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n0::/init\n',
      ...v1(`${root}/cpu,cpuacct/docker/x`, '250000', '100000'),
    },
    2.5,
  ],
])('%s', (_, contents, cpus) => {
  expect(cpuQuota(files(contents as Record<string, string>))).toBe(cpus);
});

it('uses no more than the quota, no more than there are, and at least one', () => {
  const max = (quota: string) => files({ [`${root}/cpu.max`]: quota });
  expect(usableCpus(max('50000 100000'))).toBe(1);
  expect(usableCpus(max('100000 100000'))).toBe(1);
  expect(usableCpus(max('max 100000'))).toBe(availableParallelism());
  expect(usableCpus(max('1000000000 100000'))).toBe(availableParallelism());
});

it.runIf(process.platform === 'linux')('keeps to the CPUs that a process is bound to', () => {
  const program = "console.log(require('#lib/threads').usableCpus())";
  const output = execFileSync('taskset', ['-c', '0', process.execPath, '-e', program]);
  expect(output.toString().trim()).toBe('1');
});
