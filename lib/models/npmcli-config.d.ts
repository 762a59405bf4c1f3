// @types/npmcli__config leaves out the module that holds npm's own settings.
declare module '@npmcli/config/lib/definitions' {
  import type Config from '@npmcli/config';

  export const definitions: Config.DefinitionsObject;
  export const shorthands: Config.ShortFlags;
  export function flatten(from: Record<string, unknown>, to?: Record<string, unknown>): void;
}
