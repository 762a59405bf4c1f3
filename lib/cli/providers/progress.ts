/** Shows how far the fetching of provider files is: a bar where a person watches. */
import { type GenericFormatter, SingleBar } from 'cli-progress';
import type { ProviderPackage } from '../../providers/packages.js';
import { barOptions, drawBar } from '../bar.js';
import { formatBytes } from '../format.js';
import { isWatched } from '../terminal.js';

/** Pass onBytes to addProvider; call end() when it has settled, also after an error. */
export class FetchBar {
  private readonly bar: SingleBar | undefined;

  constructor({ name, source }: ProviderPackage) {
    if (!isWatched()) return;
    this.bar = new SingleBar(barOptions(barLine));
    this.bar.start(source.packedBytes, 0, { name });
  }

  readonly onBytes = (done: number): void => {
    this.bar?.update(done);
  };

  end(): void {
    this.bar?.stop();
  }
}

const barLine: GenericFormatter = (_options, { progress, total }, payload) => {
  const { name } = payload as { name: string };
  return `fetching ${name} ${drawBar(progress)} ${Math.floor(progress * 100)} % of ${formatBytes(total)}`;
};
