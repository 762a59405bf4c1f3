/** Figures for Prometheus. Labels have few values, whatever clients send. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import type { BgcutEngine } from '../engine.js';
import type { Result } from '../result.js';
import type { Load } from './load.js';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What is counted, in a registry of the caller's. */
export class Metrics {
  readonly #requests: Counter<'route' | 'status'>;
  readonly #errors: Counter<'code'>;
  readonly #rejected: Counter<'reason'>;
  readonly #duration: Histogram<'route'>;
  readonly #stages: Histogram<'stage'>;
  readonly #pixels: Counter;
  readonly #credits: Counter;

  constructor(registry: Registry, engine: BgcutEngine, load: Load) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'bgcut_requests_total',
      help: 'Requests by route and status.',
      labelNames: ['route', 'status'],
      registers,
    });
    this.#errors = new Counter({
      name: 'bgcut_errors_total',
      help: 'Errors by code.',
      labelNames: ['code'],
      registers,
    });
    this.#rejected = new Counter({
      name: 'bgcut_rejected_total',
      help: 'Requests turned away before any work, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'bgcut_request_duration_seconds',
      help: 'From the header of a request to the end of its answer.',
      labelNames: ['route'],
      buckets: seconds,
      registers,
    });
    this.#stages = new Histogram({
      name: 'bgcut_stage_duration_seconds',
      help: 'The stages of a call; queue is waiting for a free thread and for CPUs.',
      labelNames: ['stage'],
      buckets: seconds,
      registers,
    });
    this.#pixels = new Counter({
      name: 'bgcut_pixels_total',
      help: 'Pixels of the results.',
      registers,
    });
    this.#credits = new Counter({
      name: 'bgcut_credits_charged_total',
      help: 'Credits charged.',
      registers,
    });
    gauge(registry, 'bgcut_workers', 'Pictures worked on at the same time.', () => {
      return engine.info().concurrency;
    });
    gauge(registry, 'bgcut_workers_busy', 'Pictures being worked on.', () => {
      const { pending, concurrency } = engine.info();
      return Math.min(pending, concurrency);
    });
    gauge(registry, 'bgcut_queue_depth', 'Calls that wait.', () => {
      const { pending, concurrency } = engine.info();
      return Math.max(0, pending - concurrency);
    });
    gauge(registry, 'bgcut_body_bytes', 'Bytes of request bodies in memory.', () => load.bytes);
    new Gauge({
      name: 'bgcut_model_info',
      help: '1 for the model, the device and the kernels that run.',
      labelNames: ['model', 'provider', 'kernels', 'version'],
      registers,
      // TensorRT may take over from CUDA while the server runs.
      collect() {
        this.reset();
        const { model, provider, kernels, versions } = engine.info();
        this.set({ model: model.name, provider, kernels, version: versions.bgcut }, 1);
      },
    });
    new Gauge({
      name: 'bgcut_graph_nodes',
      help: 'Nodes of the model by the device that runs them; cpu beside another one: left over by its provider.',
      labelNames: ['device'],
      registers,
      collect() {
        this.reset();
        const { nodes: counts } = engine.info();
        for (const [device, count] of Object.entries(counts)) this.set({ device }, count);
      },
    });
  }

  /** A request has been answered. */
  answered(route: string, status: number, ms: number): void {
    this.#requests.inc({ route, status: String(status) });
    this.#duration.observe({ route }, ms / 1000);
  }

  /** An error was answered with. */
  failed(code: string, status: number): void {
    this.#errors.inc({ code });
    if ([402, 403, 429, 503].includes(status)) this.#rejected.inc({ reason: code });
  }

  /** A call has given a result. */
  worked({ timings, width, height }: Result): void {
    for (const [stage, ms] of Object.entries(timings)) {
      this.#stages.observe({ stage }, ms / 1000);
    }
    this.#pixels.inc(width * height);
  }

  /** Credits (not hundredths) were charged. */
  charged(credits: number): void {
    this.#credits.inc(credits);
  }
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
