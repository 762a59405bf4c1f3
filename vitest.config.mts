import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The first need a PostgreSQL, which `npm run test:postgres` starts; the second is other people's.
    exclude: ['test/http/postgres/**', 'test/packaging/tools/**'],
    // The built code is loaded by Node itself, as a user's program loads it: once, whichever way it is imported.
    server: { deps: { external: [/\/dist\//] } },
    // The addon is loaded into real processes: worker threads would share one copy of it.
    pool: 'forks',
    // Each inference already uses several threads.
    maxWorkers: Math.max(1, Math.min(2, availableParallelism())),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
