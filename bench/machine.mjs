// @ts-check
/** What the figures were measured on, in words. */
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/**
 * @param {import('bgcut').EngineInfo} info
 * @param {string | undefined} disturbance what otherWork() said before the run
 * @returns {string[][]} name and value
 */
export function machine({ provider, model, threads, versions }, disturbance) {
  const rows = [
    ['CPU', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`],
    ['memory', `${(totalmem() / 1e9).toFixed(0)} GB`],
    ['system', `${type()} ${release()} ${arch()}, Node ${versions.node}`],
    ['BgCut', `${versions.bgcut}, model ${model.name}, ${provider}, ${threads} threads`],
    ['libraries', `ONNX Runtime ${versions.onnxruntime}, libvips ${versions.libvips}`],
  ];
  return disturbance === undefined ? rows : [...rows, ['other work', disturbance]];
}

/** What else keeps the machine busy, in words; undefined when it is quiet, or doesn't tell. */
export function otherWork() {
  const [lastMinute = 0] = loadavg();
  if (lastMinute < 0.25 * availableParallelism()) return undefined;
  return `load ${lastMinute.toFixed(1)} when the run began: figures are worse than they should be`;
}
