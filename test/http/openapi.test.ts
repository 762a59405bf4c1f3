// The reference, and a generator that drives every documented case of it: nothing undocumented comes back.
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { scene } from '../support/pictures.js';
import { type CallInit, type ErrorAnswer, type Running, start } from './support.js';

interface Schema {
  type?: string;
  enum?: string[];
  anyOf?: Schema[];
  default?: string;
  properties?: Record<string, Schema>;
  contentMediaType?: string;
}
interface Operation {
  requestBody: { content: Record<string, { schema: Schema }> };
  responses: Record<
    string,
    {
      headers?: Record<string, { required: boolean; schema: { type: string } }>;
      content: Record<string, { examples?: Record<string, unknown> }>;
    }
  >;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

let running: Running;
let key: string;
let document: Document;
let picture: Buffer;

beforeAll(async () => {
  running = await start({ rateLimit: 1_000_000, submissionsPerDay: 1_000_000 });
  key = await running.key({ unlimited: true });
  document = (await (await running.call('/openapi.json', {})).json()) as Document;
  picture = await scene(64, 48).jpeg().toBuffer();
});

it('is a valid OpenAPI 3.1 document', async () => {
  expect(document.openapi).toBe('3.1.0');
  const result = await new Validator().validate({ ...structuredClone(document) });
  expect(result).toMatchObject({ valid: true });
});

it('names every parameter in every encoding, and every error', () => {
  const { requestBody, responses } = document.paths['/removebg']!.post!;
  const fields = (type: string) => Object.keys(requestBody.content[type]!.schema.properties!);
  const multipart = fields('multipart/form-data');
  expect(multipart).toEqual(
    expect.arrayContaining(['image_file', 'bg_image_file', 'shadow_type[car]']),
  );
  expect(fields('application/x-www-form-urlencoded')).toEqual(
    multipart.filter((name) => !name.endsWith('image_file')),
  );
  expect(fields('application/json')).not.toContain('shadow_type[car]');
  const codes = (status: number) =>
    Object.keys(responses[status]!.content['application/json']!.examples!);
  expect(codes(400).length).toBeGreaterThan(30);
  expect(codes(400)).toEqual(expect.arrayContaining(['multiple_sources', 'invalid_roi']));
  expect(codes(400)).not.toContain('invalid_threads');
  expect(codes(429)).toEqual(['rate_limit_exceeded']);
});

/** A value that the schema allows, or something else entirely. */
function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  const junk = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('', ' ', '0', '-1', '1e9', '%', 'null', '../../etc/passwd', '0% 0% 0% 0%'),
    fc.constantFrom('10%', '50px', '50% 50%', '10px 5%', 'original', 'center', '81d4fa77', 'green'),
  );
  if (schema.enum !== undefined) return fc.oneof(...twice(fc.constantFrom(...schema.enum)), junk);
  if (schema.type === 'boolean')
    return fc.oneof(...twice(fc.constantFrom('true', 'false', '1')), junk);
  if (schema.default !== undefined) return fc.oneof(fc.constant(schema.default), junk);
  return junk;
}
const twice = <T>(arbitrary: fc.Arbitrary<T>) => [arbitrary, arbitrary];

/** Values of JSON where a form would have text. */
const jsonJunk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.boolean());

function formOf(schema: Schema, isJson: boolean): fc.Arbitrary<Record<string, unknown>> {
  // The picture is there already: another source beside it comes from sourceOf.
  const fields = Object.entries(schema.properties!).filter(
    ([name]) => !/^image_(file|file_b64|url)$/.test(name),
  );
  const values = fields.map(([name, each]): [string, fc.Arbitrary<unknown>] => [
    name,
    isJson ? fc.oneof(valueOf(each), jsonJunk) : valueOf(each),
  ]);
  // A few fields at a time: with all of them something is always wrong.
  return fc
    .subarray(values, { maxLength: Math.min(4, values.length) })
    .chain((chosen) => fc.record(Object.fromEntries(chosen)));
}

/** What came back is documented: status, headers, content type, and the code of an error. */
async function expectDocumented(operation: Operation, answer: Response): Promise<void> {
  const { status, headers } = answer;
  expect(status).toBeLessThan(500);
  const documented = operation.responses[status];
  expect(documented, `status ${status}`).toBeDefined();
  const [type] = headers.get('content-type')!.split(';');
  expect(Object.keys(documented!.content)).toContain(type);
  for (const [name, { required, schema }] of Object.entries(documented!.headers ?? {})) {
    const value = headers.get(name);
    if (required) expect(value, name).not.toBeNull();
    if (value !== null && schema.type === 'integer') expect(value).toMatch(/^\d+$/);
  }
  const body = Buffer.from(await answer.arrayBuffer());
  if (status === 200) return;
  const { errors } = JSON.parse(body.toString()) as ErrorAnswer;
  expect(Object.keys(documented!.content['application/json']!.examples!)).toContain(
    errors[0]!.code,
  );
}

describe('whatever the generator sends', () => {
  const types = [
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    'application/json',
  ] as const;
  it.each([
    ...types.map((type) => ['/removebg', type, 150] as const),
    ...types.map((type) => ['/improve', type, 40] as const),
  ])(
    '%s, %s: the answer is documented and no failure of the server',
    async (path, type, numRuns) => {
      const operation = document.paths[path]!.post!;
      const { schema } = operation.requestBody.content[type]!;
      const form = formOf(schema, type === 'application/json');
      let good = 0;
      await fc.assert(
        fc.asyncProperty(form, sources, accepts, async (fields, source, accept) => {
          const { headers, ...encoded } = encode(type, { ...fields, ...source });
          const answer = await running.call(`/v1.0${path}`, {
            method: 'POST',
            key,
            ...encoded,
            headers: { ...headers, accept },
          });
          if (answer.status === 200) good += 1;
          await expectDocumented(operation, answer);
        }),
        { numRuns },
      );
      // Not all of it is junk.
      expect(good).toBeGreaterThan(numRuns / 20);
    },
    120_000,
  );

  it.each(['', 'nonsense', 'bgcut_', 'a'.repeat(5000)])('keys: %s', async (own) => {
    for (const [path, method] of [
      ['/account', 'GET'],
      ['/removebg', 'POST'],
      ['/improve', 'POST'],
    ] as const) {
      const operation = document.paths[path]![method.toLowerCase()]!;
      const answer = await running.call(`/v1.0${path}`, { method, headers: { 'x-api-key': own } });
      expect(answer.status).toBe(403);
      await expectDocumented(operation, answer);
    }
  });
});

/** How the picture is given, if at all; several at once, and what is none. */
const sources: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  ...[1, 2, 3].map(() => fc.constant({ picture: true })),
  fc.constant({}),
  fc.constant({ picture: true, image_url: 'http://a.example/b.png' }),
  fc.record({ image_url: fc.oneof(fc.webUrl(), fc.string(), fc.constant('http://127.0.0.1:1/a')) }),
  fc.record({ image_file_b64: fc.oneof(fc.string(), fc.base64String(), fc.integer()) }),
  fc.record({ image_file: fc.string() }),
);

const accepts = fc.constantFrom(
  ...['*/*', 'image/*', 'application/json', 'image/png, application/json;q=0.9', ';;q=x', ''],
);

function encode(type: string, { picture: given, ...fields }: Record<string, unknown>): CallInit {
  const base64 = given === true ? { image_file_b64: picture.toString('base64') } : {};
  if (type === 'application/json') {
    const body = JSON.stringify({ ...base64, ...fields });
    return { body, headers: { 'content-type': type } };
  }
  const texts = Object.entries(fields).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  if (type !== 'multipart/form-data') {
    return { body: new URLSearchParams([...texts, ...Object.entries(base64)]) };
  }
  const body = new FormData();
  for (const [name, value] of texts) body.append(name, value);
  if (given === true) body.append('image_file', new Blob([Uint8Array.from(picture)]), 'a.jpg');
  return { body };
}

describe('the page at /docs', () => {
  it('has every parameter and error, and asks for nothing from elsewhere', async () => {
    const answer = await running.call('/docs', {});
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    const page = await answer.text();
    for (const [name] of Object.entries(
      document.paths['/removebg']!.post!.requestBody.content['application/json']!.schema
        .properties!,
    )) {
      expect(page).toContain(`>${name}<`);
    }
    expect(page).toContain('<code>multiple_sources</code>');
    // It speaks of fields, not of options of the library.
    expect(page).not.toMatch(/bgImageUrl|typeLevel|parameters\.md/);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
    expect(page).toContain(`${running.url}/v1.0/removebg`);
  });
});
