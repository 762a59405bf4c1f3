// Run by `npm run test:postgres`, which starts a PostgreSQL and says where it is.
import { describe } from 'vitest';

import { crashSuite } from '../crash-suite.js';
import { freshDatabase } from './database.js';

describe('a server on PostgreSQL', () =>
  crashSuite(async () => ({ database: await freshDatabase() })));
