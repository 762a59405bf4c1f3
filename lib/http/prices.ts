/** What a call costs, and whether an account can pay for it. Amounts are hundredths of a credit. Pure. */
import { BgcutError } from '../errors.js';
import type { Size } from '../geometry.js';
import { maxResultPixels } from '../limits.js';
import type { Parameters } from '../params/table.js';
import type { Credits, KeyRecord } from './store/index.js';

const previewPrice = 25;
const fullPrice = 100;

/** What is shown where calls cost nothing: clients skip their work at a total of 0. */
export const unlimitedCredits: Credits = { subscription: 0, payg: 0, enterprise: 99_999_00 };

/** What is agreed before the work: the size of the result, and the price of the call where no free one is left. */
export interface Offer {
  readonly size: Parameters['size'];
  readonly price: number;
}

/** What an account can pay with. */
export interface Purse {
  readonly unlimited: boolean;
  /** Free calls left in this month. */
  readonly freeCalls: number;
  /** The sum of its credits. */
  readonly credits: number;
}

/**
 * The size and price of a call for a picture of that size. `auto` is the highest size that the purse pays for: a small
 * picture costs no more than a preview of it, and with less than a credit it becomes a preview.
 * Throws insufficient_credits.
 */
export function offerFor(size: Parameters['size'], picture: Size, purse: Purse): Offer {
  const price =
    size === 'preview' || (size === 'auto' && isSmall(picture)) ? previewPrice : fullPrice;
  if (purse.unlimited) return { size, price: 0 };
  if (purse.freeCalls > 0 || purse.credits >= price) return { size, price };
  if (size === 'auto' && purse.credits >= previewPrice) {
    return { size: 'preview', price: previewPrice };
  }
  throw new BgcutError('insufficient_credits');
}

function isSmall({ width, height }: Size): boolean {
  return width * height <= maxResultPixels.preview;
}

/** The month of a moment, in UTC: 2026-11. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}

/** The day of a moment, in UTC: 2026-11-22. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** What a key can pay with at that moment. */
export function purseOf(key: KeyRecord, at: number, freeCalls: number): Purse {
  const used = key.free.month === monthOf(at) ? key.free.used : 0;
  return {
    unlimited: key.unlimited,
    freeCalls: Math.max(0, freeCalls - used),
    credits: sum(key.credits),
  };
}

/** All kinds of credits together. */
export function sum({ subscription, payg, enterprise }: Credits): number {
  return subscription + payg + enterprise;
}

/** Credits as clients read them: 0.25, 1, 150. */
export function shown(amount: number): number {
  return amount / 100;
}
