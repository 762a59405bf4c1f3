/** When V8 collects the heap of a server. */
import { setFlagsFromString } from 'node:v8';

/** How much may come on top of what is in use, in percent of it. */
const growth = 400;

/**
 * Lets V8 collect seldom. Left alone it begins when the heap, with the buffers that hang on it, has about doubled. A
 * server has some 24 MB in use, and each call brings buffers of several megabytes (its body and its result), so that
 * every second or third call of a few megapixels would cost up to 15 ms in which nobody is answered: one refusal in
 * twenty took longer than 10 ms. Buffers that are garbage stay bounded: V8 collects on their account from 64 MB on.
 *
 * For a process that is nothing but a server. Call it before the work begins.
 */
export function collectSeldom(): void {
  setFlagsFromString(`--heap-growing-percent=${growth}`);
}
