// A process that pulls one model and prints its checksum: cache.test.ts runs several.
import { pullManifest } from '#lib/models/pull';

process.once('message', (/** @type {any} */ { manifest, cacheDir }) => {
  void pullManifest(manifest, { cacheDir }).then(
    (result) => {
      process.stdout.write(`${result.sha256}\n`);
      process.disconnect();
    },
    (/** @type {unknown} */ error) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
      process.disconnect();
    },
  );
});
