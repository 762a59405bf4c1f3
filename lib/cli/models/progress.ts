/** Shows how far the fetching of a model is: a bar where a person watches, else nothing but the lines around it. */
import { type GenericFormatter, SingleBar } from 'cli-progress';
import type { ModelProgress, OnProgress } from '../../models/index.js';
import { barOptions, drawBar } from '../bar.js';
import { formatBytes } from '../format.js';
import { isWatched, say } from '../terminal.js';

/** Pass its hooks to the functions of lib/models; call end() when they have settled, also after an error. */
export class DownloadReport {
  readonly hooks: { readonly progress: OnProgress; readonly log: (line: string) => void } = {
    progress: (progress) => {
      if (isWatched()) this.draw(progress);
    },
    log: (line) => {
      say(line);
    },
  };
  private bar: SingleBar | undefined;
  private phase: ModelProgress['phase'] | undefined;

  /** Takes the bar away. */
  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private draw({ model, phase, done, total }: ModelProgress): void {
    if (this.bar === undefined || phase !== this.phase) {
      this.end();
      this.phase = phase;
      this.bar = new SingleBar(barOptions(barLine));
      this.bar.start(total ?? 0, done, { model, phase });
      return;
    }
    if (total !== null) this.bar.setTotal(total);
    this.bar.update(done);
  }
}

const verbs = { download: 'fetching', verify: 'checking', prepare: 'preparing' } as const;

const barLine: GenericFormatter = (_options, { progress, value, total }, payload) => {
  const { model, phase } = payload as Pick<ModelProgress, 'model' | 'phase'>;
  const head = `${verbs[phase]} ${model}`;
  if (total === 0) return `${head} ${formatBytes(value)}`;
  return `${head} ${drawBar(progress)} ${Math.floor(progress * 100)} % of ${formatBytes(total)}`;
};
