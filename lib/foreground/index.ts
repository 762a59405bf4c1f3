/** The foreground type: evidence, decision, and the names of the classes. Pure. */
export { decideType } from './decide.js';
export { cocoClasses, type TypeEvidence } from './evidence.js';
export {
  coarseType,
  type CoarseType,
  type FineType,
  fineTypes,
  forcedType,
  shadowKey,
  type ShadowKey,
  shadowKeys,
  type TypeLevel,
  xType,
} from './types.js';
