/** JSON schemas of the fields of a form, from the parameter table. */
import { apiName, isPerType, type Parameter } from '../../params/parameter.js';
import { parameters } from '../../params/table.js';
import { base64Field, fileFields } from '../body/limits.js';
import { forApi } from './wording.js';

/** A JSON schema, as far as it is used here. */
export type Schema = Readonly<Record<string, unknown>>;

/** How a body is encoded: decides which fields it can have, and how values per type are written. */
export type Encoding =
  'multipart/form-data' | 'application/x-www-form-urlencoded' | 'application/json';

export const encodings: readonly Encoding[] = [
  'multipart/form-data',
  'application/json',
  'application/x-www-form-urlencoded',
];

const sources: Readonly<Record<string, Schema>> = {
  image_file: {
    ...binary(),
    description: 'The picture, as a file. Exactly one of the three sources is given.',
  },
  [base64Field]: {
    type: 'string',
    description: 'The picture in base64, with or without a data URL prefix.',
  },
  image_url: {
    type: 'string',
    format: 'uri',
    description: 'The address of the picture: http or https, in the public internet.',
  },
};

/** The fields of /removebg. */
export function removeSchema(encoding: Encoding): Schema {
  const fields = Object.entries<Parameter>(parameters).flatMap(([name, entry]) =>
    fieldsOf(apiName(name), entry, encoding),
  );
  return formSchema(Object.fromEntries([...Object.entries(sources), ...fields]), encoding);
}

/** The fields of /improve. */
export function improveSchema(encoding: Encoding): Schema {
  const more = {
    image_filename: {
      type: 'string',
      description: 'The name of the file; found out unless given.',
    },
    tag: { type: 'string', description: 'Pictures with the same tag are kept together.' },
  };
  return formSchema({ ...sources, ...more }, encoding);
}

// Only a multipart form can carry files.
function formSchema(fields: Readonly<Record<string, Schema>>, encoding: Encoding): Schema {
  const given = Object.entries(fields).filter(
    ([name]) => encoding === 'multipart/form-data' || !fileFields.includes(name),
  );
  return { type: 'object', properties: Object.fromEntries(given) };
}

function fieldsOf(name: string, entry: Parameter, encoding: Encoding): [string, Schema][] {
  const { grammar, deprecated } = entry;
  const doc = forApi(entry.doc);
  if (fileFields.includes(name)) return [[name, { ...binary(), description: doc }]];
  const one = { ...valueSchema(entry), description: doc, ...(deprecated ? { deprecated } : {}) };
  if (!isPerType(grammar)) return [[name, one]];
  const { default: _, ...each } = valueSchema(entry);
  if (encoding === 'application/json') {
    const properties = Object.fromEntries(grammar.keys.map((key) => [key, each]));
    const map = { type: 'object', properties, additionalProperties: false };
    return [[name, { anyOf: [valueSchema(entry), map], description: doc }]];
  }
  const named = grammar.keys.map((key): [string, Schema] => [
    `${name}[${key}]`,
    { ...each, description: `${name}, for the type ${key} alone.` },
  ]);
  return [[name, one], ...named];
}

function valueSchema({ grammar, default: initial }: Parameter): Schema {
  const standard = initial === undefined ? {} : { default: initial };
  if (grammar.fromText('true') === true) return { type: 'boolean', ...standard };
  if (grammar.values !== undefined) {
    const names = grammar.values.flatMap(({ value, aliases }) => [value, ...aliases]);
    // The widespread extension; names without a description are aliases.
    const docs = Object.fromEntries(grammar.values.map(({ value, doc }) => [value, doc]));
    return { type: 'string', enum: names, 'x-enumDescriptions': docs, ...standard };
  }
  const form = { 'x-grammar': grammar.shape };
  if (Array.isArray(grammar.fromText('#fff'))) return { type: 'string', format: 'color', ...form };
  if (URL.canParse(String(grammar.fromText('https://example.com/a')))) {
    return { type: 'string', format: 'uri', ...form };
  }
  return { type: 'string', ...form, ...standard };
}

function binary(): Schema {
  return { type: 'string', contentMediaType: 'application/octet-stream' };
}
