import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { pages } from '../../docs/generate.mjs';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const made = await pages();

it.each(Object.keys(made))('docs/%s is what `npm run docs` writes', (name) => {
  expect(readFileSync(join(docs, name), 'utf8')).toBe(made[name]);
});
