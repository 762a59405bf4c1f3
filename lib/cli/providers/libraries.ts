/** Asks the loader which libraries it finds: in a process of its own, since what is loaded stays loaded. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

// Loading a library that is no addon of Node fails too, but not for want of the file.
const program = `
const missing = JSON.parse(process.argv[1]).filter((name) => {
  try { process.dlopen({ exports: {} }, name); } catch (error) { return String(error.message).startsWith(name + ':'); }
  return false;
});
console.log(JSON.stringify(missing));
`;

/** Those of the libraries, named by their file names, that the dynamic loader does not find. */
export async function missingLibraries(names: readonly string[]): Promise<readonly string[]> {
  const args = ['-e', program, JSON.stringify(names)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as string[];
}
