// Run by `npm run test:postgres`, which starts a PostgreSQL and says where it is.
import { describe } from 'vitest';

import { openStore } from '#lib/http/store/index';
import { storeSuite } from '../store-suite.js';
import { freshDatabase } from './database.js';

describe('the store on PostgreSQL', () => {
  const database = freshDatabase();
  storeSuite(async () => openStore({ data: '', database: await database }));
});
