// @ts-check
/**
 * The client of load.mjs and facade.mjs. It shares the cores with the server that it measures, so it does as little as it can: a body
 * is encoded once and sent as bytes, connections stay open, and an answer is read only as far as it is judged.
 */
import { Agent, request } from 'node:http';

/** @typedef {{ status: number, ms: number, wellFormed: boolean }} Answer */
/** @typedef {{ body: Buffer, headers: Record<string, string | number> }} Prepared */

const agent = new Agent({ keepAlive: true });

/**
 * A form as it goes over the wire.
 *
 * @param {string} key
 * @param {Buffer} picture
 * @param {Record<string, string>} fields
 * @returns {Promise<Prepared>}
 */
export async function prepare(key, picture, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('image_file', new Blob([Uint8Array.from(picture)]), 'a.jpg');
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const type = encoded.headers.get('content-type') ?? '';
  const headers = { 'x-api-key': key, 'content-type': type, 'content-length': body.length };
  return { body, headers };
}

/** From that size on curl asks before it sends a body: Expect: 100-continue. */
const asksFrom = 1024 * 1024;

/**
 * Sends it; milliseconds from the first byte out to the last byte in, as a client would count them. A large body is
 * sent as curl does, unless `atOnce`.
 *
 * @param {string} url
 * @param {Prepared} prepared
 * @param {{ atOnce?: boolean }} [how]
 * @returns {Promise<Answer>}
 */
export function send(url, { body, headers }, { atOnce = false } = {}) {
  const asks = !atOnce && body.length > asksFrom;
  const expect = asks ? { expect: '100-continue' } : {};
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const options = { method: 'POST', agent, headers: { ...headers, ...expect } };
    const call = request(url, options, (answer) => {
      const status = answer.statusCode ?? 0;
      /** @type {Buffer[]} */
      const chunks = [];
      if (status === 200) answer.resume();
      else answer.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const ms = performance.now() - startedAt;
        const wellFormed = status === 200 || isRefusal(status, answer.headers, chunks);
        resolve({ status, ms, wellFormed });
        // Refused before it was sent, which ends the connection as well.
        if (!call.writableEnded) call.destroy();
      });
    });
    call.on('error', reject);
    if (!asks) {
      call.end(body);
      return;
    }
    call.on('continue', () => call.end(body));
    call.flushHeaders();
  });
}

/** Closes the connections. */
export const hangUp = () => agent.destroy();

/**
 * @param {number} status
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {Buffer[]} chunks
 */
function isRefusal(status, headers, chunks) {
  const { errors } = /** @type {{ errors: { title: unknown }[] }} */ (
    JSON.parse(Buffer.concat(chunks).toString())
  );
  const waits = status === 400 || /^[1-9]\d*$/.test(headers['retry-after'] ?? '');
  return errors.length === 1 && typeof errors[0]?.title === 'string' && waits;
}
