// @ts-check
import { readFileSync } from 'node:fs';

/** The peak resident memory of this process in MB, of 1,000,000 bytes. */
export function peakMemory() {
  if (process.platform !== 'linux') return (process.resourceUsage().maxRSS * 1024) / 1e6;
  // Linux hands getrusage's figure on from the parent that started the process; this one is its own.
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}
