/** The ES module face of the same modules. */
export { bgcutPlugin, createServer, openStore } from './index.js';
export type * from './index.js';
