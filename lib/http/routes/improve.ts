/** POST /v1.0/improve: keeps a picture that BgCut got wrong. */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

import { BgcutError } from '../../errors.js';
import { isAbsent } from '../../params/grammar.js';
import { readSource } from '../../source/source.js';
import { pictureOf } from '../body/fields.js';
import { readBody } from '../body/form.js';
import type { Form } from '../body/limits.js';
import type { Facade } from '../facade.js';
import { dayOf } from '../prices.js';
import { RateLimited } from '../ratelimit.js';
import type { KeyRecord } from '../store/index.js';

const dayMs = 86_400_000;
const longestName = 255;

/** Resolves with the id of the submission once it is kept; rejects with the BgcutError to answer with. */
export async function improve(
  facade: Facade,
  key: KeyRecord,
  request: FastifyRequest,
): Promise<{ id: string }> {
  const { submissions, engine, store, limits, load, clock } = facade;
  if (submissions === undefined) throw new BgcutError('improve_off');
  const body = await readBody(request.raw, { ...limits, load });
  try {
    const { form } = body;
    const signal = AbortSignal.timeout(limits.timeout);
    const bytes = await readSource(pictureOf(form), { signal }).catch((thrown: unknown) => {
      throw signal.aborted ? new BgcutError('timeout') : thrown;
    });
    const { format, width, height } = await engine.inspect(bytes);
    const at = clock();
    if (!(await store.takeSubmission(key.id, dayOf(at), limits.submissionsPerDay))) {
      throw tooManyToday(at, limits.submissionsPerDay);
    }
    const id = randomUUID();
    const filename = textOf(form, 'image_filename') ?? nameFromUrl(form) ?? `${id}.${format}`;
    const tag = textOf(form, 'tag');
    await submissions.keep({
      ...{ id, bytes, format, width, height, filename, tag, at },
      keyId: key.id,
    });
    return { id };
  } finally {
    body.release();
  }
}

function tooManyToday(at: number, limit: number): RateLimited {
  const reset = (Math.floor(at / dayMs) + 1) * dayMs;
  const state = {
    limit,
    reset: reset / 1000,
    retryAfter: Math.max(1, Math.ceil((reset - at) / 1000)),
  };
  return new RateLimited(state, { detail: `Up to ${limit} submissions per day` });
}

function textOf(form: Form, name: string): string | undefined {
  const value = form.get(name);
  return typeof value !== 'string' || isAbsent(value) ? undefined : value.slice(0, longestName);
}

/** The last part of the address. */
function nameFromUrl(form: Form): string | undefined {
  const address = textOf(form, 'image_url');
  if (address === undefined || !URL.canParse(address)) return undefined;
  const name = new URL(address).pathname.split('/').at(-1);
  return name === '' ? undefined : name;
}
