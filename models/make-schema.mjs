// Writes models/manifest.schema.json from the schema in lib/models/manifest.ts. Run after `npm run build:ts`.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';

import { manifestJsonSchema } from '#lib/models/manifest';

const file = fileURLToPath(new URL('manifest.schema.json', import.meta.url));
const text = JSON.stringify(manifestJsonSchema());
writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'json' }));
