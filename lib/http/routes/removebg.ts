/** POST /v1.0/removebg: from a form to a picture. */
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { BgcutError } from '../../errors.js';
import type { PictureHeader } from '../../native.js';
import type { Parameters } from '../../params/table.js';
import type { Result } from '../../result.js';
import { wantsJson } from '../accept.js';
import { pictureOf, parametersOf } from '../body/fields.js';
import { readBody } from '../body/form.js';
import type { Facade } from '../facade.js';
import { goneSignal } from '../gone.js';
import type { Place } from '../load.js';
import { monthOf, type Offer, offerFor, purseOf, shown } from '../prices.js';
import { rateCost, RateLimited, rateState, type RateState, windowMs } from '../ratelimit.js';
import type { KeyRecord } from '../store/index.js';

/** A call that has been let in. */
interface Admitted {
  /** It has been checked. */
  readonly key: KeyRecord;
  readonly place: Place;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Answers with the result; rejects with the BgcutError to answer with. */
export async function removebg(
  facade: Facade,
  { key, place, request, reply }: Admitted,
): Promise<FastifyReply> {
  const notes = (request.bgcut ??= {});
  const gone = goneSignal(reply.raw);
  const body = await readBody(request.raw, { ...facade.limits, load: facade.load });
  try {
    const input = pictureOf(body.form);
    const parameters = parametersOf(body.form);
    const till = new Till(facade, key);
    const startedAt = performance.now();
    const { timeout, quality, effort } = facade.limits;
    const call = { ...parameters, quality, effort, signal: gone, timeout };
    place.leave();
    const result = await facade.engine.perform(input, call, async (picture) => {
      Object.assign(notes, { input: `${picture.width}x${picture.height}` });
      return till.admit(parameters.size, picture);
    });
    facade.load.ended(performance.now() - startedAt);
    facade.metrics.worked(result);
    const { format, type, timings } = result;
    Object.assign(notes, {
      size: parameters.size,
      result: `${result.width}x${result.height}`,
      format,
      type,
      timings,
    });
    if (gone.aborted) throw new BgcutError('aborted');
    const charged = await till.charge();
    notes.credits = shown(charged);
    facade.metrics.charged(shown(charged));
    send(reply, result, { charged, rate: till.rate, accept: request.headers.accept });
  } finally {
    body.release();
  }
  return reply;
}

/** The money side of one call: limit and price before the work, the charge after it. */
class Till {
  readonly #facade: Facade;
  readonly #key: KeyRecord;
  #offer: Offer | undefined;
  rate: RateState | undefined;

  constructor(facade: Facade, key: KeyRecord) {
    this.#facade = facade;
    this.#key = key;
  }

  /** Takes the picture's megapixels from the limit; the size that the account pays for. */
  async admit(size: Parameters['size'], picture: PictureHeader): Promise<Parameters['size']> {
    const { store, limits, clock } = this.#facade;
    const { id } = this.#key;
    const at = clock();
    const limit = limits.rateLimit;
    const cost = rateCost(picture, limit);
    const { taken, ...window } = await store.takeRate({ keyId: id, cost, limit, windowMs, at });
    this.rate = rateState(window, limit, at);
    if (!taken) throw new RateLimited(this.rate);
    // What other calls have been charged since this one was let in counts as well.
    const key = (await store.findKey(id)) ?? this.#key;
    this.#offer = offerFor(size, picture, purseOf(key, at, limits.freeCalls));
    return this.#offer.size;
  }

  /** Charges the call, once: hundredths of a credit. Rejects with insufficient_credits where others were faster. */
  async charge(): Promise<number> {
    if (this.#offer === undefined) throw new BgcutError('internal_error');
    if (this.#key.unlimited) return 0;
    const { store, limits, clock } = this.#facade;
    const at = clock();
    const charged = await store.charge({
      keyId: this.#key.id,
      requestId: randomUUID(),
      amount: this.#offer.price,
      at,
      free: { month: monthOf(at), limit: limits.freeCalls },
    });
    if (charged === undefined) throw new BgcutError('insufficient_credits');
    return charged;
  }
}

/** What is said of a result beside its bytes. */
interface About {
  readonly charged: number;
  readonly rate: RateState | undefined;
  readonly accept: string | undefined;
}

function send(reply: FastifyReply, result: Result, about: About): void {
  const { foreground, width, height, maxWidth, maxHeight, type, timings } = result;
  void reply.headers({
    ...(type === undefined ? {} : { 'X-Type': type }),
    'X-Width': width,
    'X-Height': height,
    'X-Max-Width': maxWidth,
    'X-Max-Height': maxHeight,
    'X-Credits-Charged': shown(about.charged),
    'X-Foreground-Top': foreground.top,
    'X-Foreground-Left': foreground.left,
    'X-Foreground-Width': foreground.width,
    'X-Foreground-Height': foreground.height,
    'Server-Timing': Object.entries(timings)
      .map(([stage, ms]) => `${stage};dur=${ms.toFixed(1)}`)
      .join(', '),
  });
  if (about.rate !== undefined) {
    void reply.headers({
      'X-RateLimit-Limit': about.rate.limit,
      'X-RateLimit-Remaining': about.rate.remaining,
      'X-RateLimit-Reset': about.rate.reset,
    });
  }
  if (wantsJson(about.accept))
    void reply.type('application/json; charset=utf-8').send(jsonOf(result));
  else void reply.type(result.contentType).send(result.data);
}

/** Put together by hand: a serialiser would look at every one of up to 60 million characters. */
function jsonOf({ data, foreground: { top, left, width, height } }: Result): string {
  const box = `"foreground_top":${top},"foreground_left":${left},"foreground_width":${width},"foreground_height":${height}`;
  return `{"data":{"result_b64":"${data.toString('base64')}",${box}}}`;
}
