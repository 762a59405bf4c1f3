/** Opens the place of submissions that a setting names. */
import { FolderSubmissions } from './folder.js';
import type { Submissions } from './submissions.js';

export type { Submission, Submissions } from './submissions.js';

/** `off`, the path of a folder, or s3://bucket/prefix. Rejects with package_missing. */
export async function openSubmissions(place: string): Promise<Submissions | undefined> {
  if (place.toLowerCase() === 'off') return undefined;
  if (!/^s3:\/\//i.test(place)) return new FolderSubmissions(place);
  const { openBucket } = await import('./bucket.js');
  return openBucket(place);
}
