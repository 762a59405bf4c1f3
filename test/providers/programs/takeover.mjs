// A native engine that starts on the CPU and goes over to WebGPU, as one of CUDA goes over to TensorRT, while inferences are asked of it.
import { resolveModel } from '#lib/models/index';
import { loadNative } from '#lib/native';
import { startConfig } from '#lib/start-config';

const [file = ''] = process.argv.slice(2);
const start = startConfig(await resolveModel(file), { threads: 1, concurrency: 2 });
const engine = await loadNative().createEngine({ ...start, device: 'cpu' });
const before = engine.nodes();
/** @type {Promise<number>[]} */
const asked = [];
const timer = setInterval(() => asked.push(engine.infer(128, 128)), 5);
await engine.useModel({ ...start, device: 'webgpu' });
clearInterval(timer);
const times = await Promise.all(asked);
await engine.infer(128, 128);
console.log(JSON.stringify({ before, after: engine.nodes(), asked: times.length }));
await engine.dispose();
