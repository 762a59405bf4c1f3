/** Where pictures go that their owners submit to make the results better. */

import { createHash } from 'node:crypto';

/** A picture with what was said of it. */
export interface Submission {
  /** A UUID: what the client is told. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** What the bytes are. */
  readonly format: 'jpg' | 'png' | 'webp';
  readonly width: number;
  readonly height: number;
  /** As the client gave it, or found out. */
  readonly filename: string;
  /** Pictures with the same tag are kept together. */
  readonly tag: string | undefined;
  readonly keyId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Keeps submissions. */
export interface Submissions {
  /** Resolves when both the picture and its description are kept; rejects with store_unavailable. */
  keep(submission: Submission): Promise<void>;
}

/** The name of the folder for a tag: nothing that a file system or a bucket would read anything into. */
export function folderOfTag(tag: string | undefined): string {
  if (tag === undefined) return 'untagged';
  const safe = tag.replaceAll(/[^\w-]+/g, '_').slice(0, 60);
  // What had to be changed is told apart by its digest.
  if (safe === tag) return `tag-${tag}`;
  return `tag-${safe}-${createHash('sha256').update(tag).digest('hex').slice(0, 8)}`;
}

/** What is kept beside the bytes, as JSON. */
export function description({ bytes, ...about }: Submission): string {
  const at = new Date(about.at).toISOString();
  return `${JSON.stringify({ ...about, at, bytes: bytes.byteLength }, null, 2)}\n`;
}
