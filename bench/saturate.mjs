// @ts-check
/** Callers that call again at once: what an engine can do at most. */

/**
 * Milliseconds that each of the calls takes of so many callers that call again at once.
 *
 * @param {() => Promise<unknown>} call
 * @param {{ callers: number, seconds: number }} load
 */
export async function saturate(call, { callers, seconds }) {
  const start = performance.now();
  let done = 0;
  const caller = async () => {
    while (performance.now() - start < seconds * 1000) {
      await call();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (performance.now() - start) / done;
}
