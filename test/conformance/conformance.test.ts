/**
 * The API reference's section on POST /removebg, sentence by sentence: each one is shown by cases below it, or stands
 * in the list of those that belong elsewhere.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { disposeEngines } from './calls.js';
import { backgroundCases } from './cases/background.js';
import type { Cases } from './cases/case.js';
import { channelCases } from './cases/channels.js';
import { cropCases } from './cases/crop.js';
import { formatCases } from './cases/format.js';
import { headerCases } from './cases/headers.js';
import { placementCases } from './cases/placement.js';
import { regionCases } from './cases/region.js';
import { shadowCases } from './cases/shadow.js';
import { sizeCases } from './cases/size.js';
import { sourceCases } from './cases/source.js';
import { typeCases } from './cases/type.js';
import { windowCases } from './cases/windows.js';
import { reference, type SentenceId, sentences } from './reference.js';

const cases: Cases = {
  ...sourceCases,
  ...sizeCases,
  ...typeCases,
  ...formatCases,
  ...regionCases,
  ...cropCases,
  ...placementCases,
  ...channelCases,
  ...shadowCases,
  ...windowCases,
  ...backgroundCases,
  ...headerCases,
};

const ran = new Set<SentenceId>();
// The first call may have to fetch the model.
const timeout = 600_000;

afterAll(disposeEngines);

for (const section of Object.keys(reference)) {
  describe(section, () => {
    for (const { id, text } of sentences.filter((sentence) => sentence.section === section)) {
      const named = Object.entries(cases[id] ?? {});
      if (named.length === 0) continue; // told below
      describe(text, () => {
        for (const [name, run] of named) {
          it(name, { timeout }, async () => {
            expect.hasAssertions();
            ran.add(id);
            await run();
          });
        }
      });
    }
  });
}

describe('the reference', () => {
  const text = readFileSync(join(import.meta.dirname, 'reference.txt'), 'utf8');

  it('has these sentences, each in its place, and no others', () => {
    const ours = Object.values(reference).map(({ opening, sentences: byId }) => {
      const said = Object.values<string | { text: string }>(byId).map((sentence) =>
        typeof sentence === 'string' ? sentence : sentence.text,
      );
      // The name and type of a parameter run into its first sentence.
      const first = /\w$|\)$/.test(opening) ? '' : ' ';
      return opening + first + said.join(' ');
    });
    expect(ours.join(' ')).toBe(text.trim().replace(/\s+/g, ' '));
  });

  it('is shown as a whole: every sentence by a case that ran, or it belongs elsewhere', () => {
    const missing = sentences.filter(
      ({ id, elsewhere }) => elsewhere === undefined && !ran.has(id),
    );
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it('what belongs elsewhere has no case here', () => {
    const elsewhere = sentences.filter((sentence) => sentence.elsewhere !== undefined);
    expect(elsewhere.filter(({ id }) => id in cases)).toEqual([]);
    expect(elsewhere.map(({ id }) => id)).toEqual([
      'removebg.key',
      'image_file.alone',
      'size.preview.credits',
      'size.full.credits',
      'size.50MP.credits',
      'size.auto.credits',
      'size.medium_hd.credits',
      'crop.credits',
      'channels.note',
      'headers.credits',
    ]);
  });
});
