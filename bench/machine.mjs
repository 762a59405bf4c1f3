// @ts-check
/** What the figures were measured on, in words. */
import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/**
 * @param {import('bgcut').EngineInfo} info
 * @returns {string[][]} name and value
 */
export function machine({ provider, model, threads, versions }) {
  return [
    ['CPU', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`],
    ['memory', `${(totalmem() / 1e9).toFixed(0)} GB`],
    ['system', `${type()} ${release()} ${arch()}, Node ${versions.node}`],
    ['BgCut', `${versions.bgcut}, model ${model.name}, ${provider}, ${threads} threads`],
    ['libraries', `ONNX Runtime ${versions.onnxruntime}, libvips ${versions.libvips}`],
  ];
}

/** A sentence when something else keeps the machine busy; undefined when it is quiet, or doesn't tell. */
export function disturbance() {
  const [lastMinute = 0] = loadavg();
  if (lastMinute < 0.25 * availableParallelism()) return undefined;
  return `The machine is busy with other work (load ${lastMinute.toFixed(1)}): expect worse figures.`;
}
