// @ts-check
/** Checks of what no test runner can be asked for, for they need a machine that has it: printed, counted. */

let failed = 0;

/**
 * Prints one check and counts it.
 *
 * @param {string} what
 * @param {boolean} good
 * @param {string} [found] what was there, of which the first line is printed
 */
export function check(what, good, found = '') {
  if (!good) failed += 1;
  const [line = ''] = found.trim().split('\n');
  console.log(`${good ? 'ok  ' : 'FAIL'} ${what}${line === '' ? '' : `: ${line}`}`);
}

/** The exit status for what was checked until now. */
export const exitStatus = () => (failed === 0 ? 0 : 1);
