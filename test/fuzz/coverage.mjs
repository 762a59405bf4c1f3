// Which parts of lib/, and of the packages that it calls, an input reaches, told by V8's own block coverage: no
// instrumented copy of the code is needed.
import { Session } from 'node:inspector';

/** @import { Profiler } from 'node:inspector' */

export class Coverage {
  #session = new Session();
  /** @type {Set<string>} */
  #seen = new Set();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Blocks that were reached so far; one counts again when it is run 2, 4 and 8 times. */
  get size() {
    return this.#seen.size;
  }

  /** Whether what has run since the last call reached anything new. */
  advanced() {
    const before = this.#seen.size;
    for (const script of this.#take()) {
      if (!/\/dist\/|\/node_modules\//.test(script.url)) continue;
      for (const { ranges } of script.functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count === 0) continue;
          const often = Math.min(3, Math.floor(Math.log2(count)));
          this.#seen.add(`${script.scriptId}:${startOffset}-${endOffset}:${often}`);
        }
      }
    }
    return this.#seen.size > before;
  }

  /** What has run since the last call. @returns {Profiler.ScriptCoverage[]} */
  #take() {
    /** @type {Profiler.ScriptCoverage[]} */
    let scripts = [];
    // A session of the own thread answers at once.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error) throw error;
      scripts = result;
    });
    return scripts;
  }
}
