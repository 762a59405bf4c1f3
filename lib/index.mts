/** The ES module face of the same modules: one copy of everything, however it is imported. */
export { BgcutError, createEngine, removeBg } from './index.js';
export type * from './index.js';
