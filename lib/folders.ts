/** Making folders. */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder and what is missing above it; one that is there already is fine. Rejects with the file system's error.
 *
 * mkdir's own `recursive` never returns where a folder that exists says "no such folder" of a new name in it, as /proc
 * does (Node 20): it takes that for a parent that is missing, again and again.
 *
 * @param mode of every folder that is made
 */
export async function makeFolders(folder: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(folder, mode);
  } catch (error) {
    if (await isFolder(folder)) return;
    const parent = path.dirname(folder);
    const parentIsMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder;
    if (!parentIsMissing || (await isFolder(parent))) throw error;
    await makeFolders(parent, mode);
    await makeFolders(folder, mode);
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
