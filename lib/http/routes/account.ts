/** GET /v1.0/account: what is left. */
import { unlimitedCredits, purseOf, shown, sum } from '../prices.js';
import type { Facade } from '../facade.js';
import type { KeyRecord } from '../store/index.js';

/** The six members that clients know; one more would break some of them. */
export interface AccountAnswer {
  readonly data: {
    readonly attributes: {
      readonly credits: {
        readonly subscription: number;
        readonly payg: number;
        readonly enterprise: number;
        readonly total: number;
      };
      readonly api: { readonly free_calls: number; readonly sizes: 'all' };
    };
  };
}

/** The account of a key. */
export function account({ limits, clock }: Facade, key: KeyRecord): AccountAnswer {
  const credits = key.unlimited ? unlimitedCredits : key.credits;
  return {
    data: {
      attributes: {
        credits: {
          subscription: shown(credits.subscription),
          payg: shown(credits.payg),
          enterprise: shown(credits.enterprise),
          total: shown(sum(credits)),
        },
        api: { free_calls: purseOf(key, clock(), limits.freeCalls).freeCalls, sizes: 'all' },
      },
    },
  };
}
