import { createEngine } from 'bgcut';
import {
  bgcutPlugin,
  type BgcutServer,
  createServer,
  openStore,
  type PluginOptions,
  type Store,
} from 'bgcut/server';

const store: Store = await openStore({ data: 'data' });
const server: BgcutServer = await createServer({ port: 0, store, freeCalls: 0, model: 'isnet' });
export const url: string = await server.listen();
await server.close();

const options: PluginOptions = { engine: await createEngine(), store, rateLimit: 9 };
await server.app.register(bgcutPlugin, { prefix: '/cut', ...options });

// @ts-expect-error -- there is no such setting
await createServer({ ports: 1 });
