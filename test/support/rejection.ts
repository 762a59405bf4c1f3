import { BgcutError } from 'bgcut';

/** The BgcutError that a promise rejects with; anything else fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<BgcutError> {
  const error: unknown = await promise.then(
    () => new Error('it resolved'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof BgcutError) return error;
  throw error;
}
