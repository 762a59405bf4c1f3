import { BgcutError } from '../errors.js';
import { DETECTOR } from './manifest.js';
import { type ResolvedModel, resolveModel, type ResolveOptions } from './resolve.js';

/** The model that tells types, or why there is none. */
export type FoundDetector =
  { readonly model: ResolvedModel } | { readonly model: null; readonly reason: string };

/**
 * Finds the model that tells the types of subjects; fetches it when it isn't in the cache, unless offline.
 *
 * A call does not fail for want of it: types are then told from colours and ground alone (docs/types.md), and the
 * reason is for `engine.info()`.
 *
 * @throws the error of an abort; nothing that has to do with the model
 */
export async function findDetector(
  options: Omit<ResolveOptions, 'kind'> = {},
): Promise<FoundDetector> {
  try {
    return { model: await resolveModel(DETECTOR, { ...options, kind: 'detector' }) };
  } catch (error) {
    if (!(error instanceof BgcutError) || error.code === 'aborted') throw error;
    return { model: null, reason: error.detail ?? error.title };
  }
}
