/** The API as an OpenAPI 3.1 document, from the parameter table and the table of errors. */
import { type ErrorCode, type ErrorEntry, errorGroups } from '../../errors.js';
import { contentTypes } from '../../result.js';
import { version } from '../../version.js';
import { statusOf } from '../status.js';
import { encodings, improveSchema, removeSchema, type Schema } from './schema.js';

const text = { type: 'string' } as const;
const whole = { type: 'integer' } as const;

/** Headers of a 200 of /removebg: what they say, and their schema. */
const resultHeaders: Readonly<Record<string, [description: string, schema: Schema]>> = {
  'X-Type': ['What the subject is, as finely as type_level asks; absent at none', text],
  'X-Width': ['Width of the result in pixels', whole],
  'X-Height': ['Height of the result in pixels', whole],
  'X-Max-Width': ['Width that the largest result on offer would have', whole],
  'X-Max-Height': ['Height that the largest result on offer would have', whole],
  'X-Credits-Charged': ['Credits charged for this call; 0 for a free one', { type: 'number' }],
  'X-Foreground-Top': [
    'Top of the subject on the uncropped picture at the scale of the result',
    whole,
  ],
  'X-Foreground-Left': ['Left of the subject', whole],
  'X-Foreground-Width': ['Width of the subject', whole],
  'X-Foreground-Height': ['Height of the subject', whole],
  'X-RateLimit-Limit': ['Megapixels of input per minute', whole],
  'X-RateLimit-Remaining': ['What is left of them', whole],
  'X-RateLimit-Reset': ['Seconds since 1970 at which all of them are there again', whole],
};

const limitHeaders = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];

const statusTexts: Readonly<Record<number, string>> = {
  400: 'A parameter is wrong, or the picture can not be processed. Nothing is charged.',
  402: 'Not enough credits. Nothing is charged.',
  403: 'The key is missing or does not serve.',
  408: 'The body took too long to arrive.',
  429: 'Too many megapixels in this minute, or submissions on this day. Nothing is charged.',
  500: 'The server failed. Nothing is charged.',
  501: 'The operator has switched this off.',
  503: 'The server has too much to do, or is about to stop: back off and try again.',
};

/** Codes that a client of the HTTP API can meet, by status. */
export function codesByStatus(): Map<number, [code: ErrorCode, entry: ErrorEntry][]> {
  const { input, background, options, engine, server } = errorGroups;
  const entries = { ...input, ...background, ...options, ...engine, ...server };
  const codes = new Map<number, [ErrorCode, ErrorEntry][]>();
  for (const [code, entry] of Object.entries(entries) as [ErrorCode, ErrorEntry][]) {
    const status = statusOf(code);
    if (statusTexts[status] === undefined || isElsewhere(code)) continue;
    codes.set(status, [...(codes.get(status) ?? []), [code, entry]]);
  }
  return codes;
}

// Options of the library and settings of a server: no field of a form leads there.
function isElsewhere(code: ErrorCode): boolean {
  const fields: readonly string[] = Object.keys(
    removeSchema('multipart/form-data').properties as object,
  );
  const ofOption = Object.hasOwn(errorGroups.options, code);
  if (ofOption) return !fields.includes(code.replace(/^invalid_/, ''));
  const ours: ErrorCode[] = ['key_unknown', 'invalid_setting', 'package_missing', 'address_in_use'];
  return ours.includes(code);
}

/** The document. The servers of it are relative: it describes the one that serves it. */
export function openApi(): Schema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'BgCut',
      version,
      summary: 'Background removal',
      description:
        'Removes the background of pictures. Values are trimmed, names match in any letter case, empty fields count as absent, and unknown fields are ignored.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: './v1.0' }],
    security: [{ key: [] }, { bearer: [] }],
    paths: {
      '/removebg': {
        post: {
          operationId: 'removebg',
          summary: 'Remove the background of a picture',
          description:
            'JPEG, PNG or WebP, up to 22 MB and 50 megapixels. With Accept: application/json the result comes as base64 in JSON.',
          requestBody: bodyOf(removeSchema),
          responses: { 200: pictureAnswer(), ...errorsOf([400, 402, 403, 408, 429, 500, 503]) },
        },
      },
      '/improve': {
        post: {
          operationId: 'improve',
          summary: 'Submit a picture that did not come out well',
          description: 'Up to 22 MB and 50 megapixels, up to 100 pictures a day.',
          requestBody: bodyOf(improveSchema),
          responses: {
            200: jsonAnswer('The picture is kept.', object({ id: { ...text, format: 'uuid' } })),
            ...errorsOf([400, 403, 408, 429, 500, 501, 503]),
          },
        },
      },
      '/account': {
        get: {
          operationId: 'account',
          summary: 'What is left: credits and free calls',
          responses: {
            200: jsonAnswer('The account of the key.', accountSchema()),
            ...errorsOf([403, 500, 503]),
          },
        },
      },
    },
    components: {
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: { Errors: errorSchema() },
    },
  };
}

function bodyOf(schemaOf: (encoding: (typeof encodings)[number]) => Schema): Schema {
  const contents = encodings.map((encoding) => [encoding, { schema: schemaOf(encoding) }]);
  return { required: true, content: Object.fromEntries(contents) as Schema };
}

function pictureAnswer(): Schema {
  const whichever = Object.values(contentTypes).map((type) => [
    type,
    { schema: { type: 'string', contentMediaType: type } },
  ]);
  const json = object({
    data: object({
      result_b64: { ...text, contentEncoding: 'base64' },
      foreground_top: whole,
      foreground_left: whole,
      foreground_width: whole,
      foreground_height: whole,
    }),
  });
  return {
    description: 'The result.',
    headers: headersOf(Object.keys(resultHeaders)),
    content: { ...Object.fromEntries(whichever), 'application/json': { schema: json } },
  };
}

function headersOf(names: readonly string[]): Schema {
  const headers = names.map((name) => {
    const [description, schema] = resultHeaders[name] ?? ['', text];
    const required = name !== 'X-Type';
    return [name, { description, required, schema }];
  });
  return Object.fromEntries(headers) as Schema;
}

function errorsOf(statuses: readonly number[]): Schema {
  const codes = codesByStatus();
  const retryAfter = {
    'Retry-After': { description: 'Whole seconds to wait', required: true, schema: whole },
  };
  const answers = statuses.map((status) => {
    const examples = (codes.get(status) ?? []).map(([code, { title, detail }]) => {
      const error = detail === undefined ? { title, code } : { title, code, detail };
      return [code, { value: { errors: [error] } }];
    });
    const schema = { $ref: '#/components/schemas/Errors' };
    const headers =
      status === 429
        ? { ...headersOf(limitHeaders), ...retryAfter }
        : status === 503
          ? retryAfter
          : undefined;
    return [
      status,
      {
        description: statusTexts[status],
        ...(headers === undefined ? {} : { headers }),
        content: {
          'application/json': { schema, examples: Object.fromEntries(examples) as Schema },
        },
      },
    ];
  });
  return Object.fromEntries(answers) as Schema;
}

function jsonAnswer(description: string, schema: Schema): Schema {
  return { description, content: { 'application/json': { schema } } };
}

function errorSchema(): Schema {
  const error = {
    ...object({ title: text, code: text, detail: text }),
    required: ['title', 'code'],
  };
  return object({ errors: { type: 'array', items: error, minItems: 1, maxItems: 1 } });
}

function accountSchema(): Schema {
  const number = { type: 'number', minimum: 0 };
  const credits = object({ subscription: number, payg: number, enterprise: number, total: number });
  const api = object({ free_calls: { ...whole, minimum: 0 }, sizes: { const: 'all' } });
  return object({ data: object({ attributes: object({ credits, api }) }) });
}

/** All members are required, and there are no others. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  const required = Object.keys(properties);
  return { type: 'object', properties, required, additionalProperties: false };
}
