import { defineConfig } from 'vitest/config';

import base from '../../../vitest.config.mjs';

export default defineConfig({
  test: { ...base.test, include: ['test/http/postgres/*.test.ts'], exclude: [] },
});
