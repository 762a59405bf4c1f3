/** What a case is: a named demonstration of one sentence of the reference. */
import type { SentenceId } from '../reference.js';

/** Cases by their names; each asserts what a user would notice if the sentence did not hold. */
export type NamedCases = Readonly<Record<string, () => Promise<void>>>;

/** The cases of some sentences. */
export type Cases = Readonly<Partial<Record<SentenceId, NamedCases>>>;
