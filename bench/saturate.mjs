// @ts-check
/** Callers that call again at once: what an engine can do at most. */

/** @import { Engine, RemoveOptions } from 'bgcut' */

/**
 * Milliseconds a picture of so many callers that call again at once.
 *
 * @param {Engine} engine whose concurrency and queue hold them all
 * @param {Buffer} picture
 * @param {RemoveOptions} options
 * @param {{ callers: number, seconds: number }} load
 */
export async function saturate(engine, picture, options, { callers, seconds }) {
  const start = performance.now();
  let done = 0;
  const caller = async () => {
    while (performance.now() - start < seconds * 1000) {
      await engine.removeBg(picture, options);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (performance.now() - start) / done;
}
