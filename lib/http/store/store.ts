/**
 * What a server remembers: keys, credits, limits. An embedder may bring their own; two that read and write the same data
 * must agree to the last credit. Amounts are hundredths of a credit, moments milliseconds since 1970.
 * Every method rejects with store_unavailable when the data can't be reached; nothing has then changed, or will be
 * found changed by the same call again.
 */

/** Hundredths of a credit by their kind, in the order in which they are used. */
export interface Credits {
  readonly subscription: number;
  readonly payg: number;
  readonly enterprise: number;
}

/** A kind of credits. */
export type CreditKind = keyof Credits;

/** The kinds, in the order in which they are used. */
export const creditKinds = ['subscription', 'payg', 'enterprise'] as const;

/** A key and its account. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  /** Whether its calls cost nothing. */
  readonly unlimited: boolean;
  readonly credits: Credits;
  /** The month (2026-11) of the last free call, and how many it has had. */
  readonly free: { readonly month: string; readonly used: number };
  /** The last window of the rate limit. */
  readonly rate: RateWindow;
}

/** A key as it is made. */
export type NewKey = Pick<KeyRecord, 'id' | 'name' | 'hash' | 'createdAt' | 'unlimited'>;

/** A window of the rate limit: when it began, and the megapixels used in it. */
export interface RateWindow {
  readonly startedAt: number;
  readonly used: number;
}

/** What one call costs. */
export interface Charge {
  readonly keyId: string;
  /** Unique: the same charge made twice counts once. */
  readonly requestId: string;
  readonly amount: number;
  readonly at: number;
  /** The free calls of that month are used first. */
  readonly free: { readonly month: string; readonly limit: number };
}

/** A step towards a limit: `cost` of `limit` within `windowMs` from the first step of a window. */
export interface RateStep {
  readonly keyId: string;
  readonly cost: number;
  readonly limit: number;
  readonly windowMs: number;
  readonly at: number;
}

/** Keys, credits and limits. */
export interface Store {
  addKey(key: NewKey): Promise<void>;
  /** Undefined where there is none. A revoked one is found. */
  findKey(id: string): Promise<KeyRecord | undefined>;
  /** The oldest first. */
  listKeys(): Promise<KeyRecord[]>;
  /** From now on; whether there is such a key that was not revoked yet. */
  revokeKey(id: string, at: number): Promise<boolean>;
  /** Whether there is such a key. */
  addCredits(id: string, kind: CreditKind, amount: number): Promise<boolean>;
  /**
   * Takes a free call, or the amount from subscription, payg and enterprise in that order, all or nothing. The amount
   * that was taken (0 for a free call), undefined where there is not enough.
   */
  charge(charge: Charge): Promise<number | undefined>;
  /** Takes a step unless it goes beyond the limit. The window as it is then, and whether the step was taken. */
  takeRate(step: RateStep): Promise<RateWindow & { readonly taken: boolean }>;
  /** Counts one submission of that day (2026-11-22); whether it is within the limit. */
  takeSubmission(keyId: string, day: string, limit: number): Promise<boolean>;
  /** Forgets the charges before that moment, which are kept only so that none counts twice. */
  forgetCharges(before: number): Promise<void>;
  close(): Promise<void>;
}
