import { describe } from 'vitest';

import { crashSuite } from './crash-suite.js';

describe('a server on SQLite', () => crashSuite(() => Promise.resolve({})));
