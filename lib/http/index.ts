/**
 * BgCut as a server: the HTTP API that its clients know.
 *
 * ```ts
 * import { createServer } from 'bgcut/server';
 * const server = await createServer({ port: 8080 });
 * console.log(await server.listen());
 * ```
 */
export { bgcutPlugin } from './plugin.js';
export type { PluginOptions } from './plugin.js';
export { createServer } from './server.js';
export type { BgcutServer, ServerOptions } from './server.js';
export { openStore } from './store/index.js';
export type * from './store/index.js';
export type { FacadeLimits } from './limits.js';
export type { Submission, Submissions } from './improve/index.js';
