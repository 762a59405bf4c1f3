// @ts-check
// Leaves in the current folder what a running server needs, and no tool: production packages, the optional clients of
// PostgreSQL and S3 in the versions of package-lock.json. ONNX Runtime lies beside the addon, where the build has put it.
// For the image (deploy/Dockerfile).
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const keep = [
  'LICENSE',
  'NOTICE',
  'build',
  'deploy',
  'dist',
  'models',
  'node_modules',
  'package.json',
];

/** @type {{ dependencies: Record<string, string>, peerDependencies: Record<string, string>, devDependencies?: Record<string, string> }} */
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
/** @type {{ packages: Record<string, { version: string }> }} */
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

// The optional peers become dependencies, so that npm keeps them, as they are locked.
const peers = Object.keys(manifest.peerDependencies).map((name) => [
  name,
  lock.packages[`node_modules/${name}`]?.version ?? '*',
]);
Object.assign(manifest.dependencies, Object.fromEntries(peers));
delete manifest.devDependencies;
writeFileSync('package.json', JSON.stringify(manifest, null, 2));
execFileSync('npm', ['prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
  stdio: 'inherit',
});

for (const name of readdirSync('.')) {
  if (!keep.includes(name)) rmSync(name, { recursive: true });
}
for (const name of readdirSync('build')) {
  if (name !== 'Release') rmSync(`build/${name}`, { recursive: true });
}
