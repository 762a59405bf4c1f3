/** Models: where they come from, what they need to be fed, and what their licences say. */
export { cacheFolder } from './cache.js';
export {
  type CatalogueOptions,
  type LicenceRow,
  licences,
  listModels,
  type ModelInfo,
  type VerifiedModel,
  verifyModel,
} from './catalogue.js';
export {
  type BoundManifest,
  DEFAULT_MODEL,
  DETECTOR,
  type Manifest,
  manifestFolder,
  type ModelKind,
  type ModelSizes,
} from './manifest.js';
export type { ModelProgress, OnProgress } from './progress.js';
export type { PulledModel, PullOptions } from './pull.js';
export {
  isOffline,
  type ModelSpec,
  type ResolvedModel,
  resolveModel,
  type ResolveOptions,
} from './resolve.js';
