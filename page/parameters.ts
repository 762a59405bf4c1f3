/** From the API's OpenAPI document to the controls of the page: a parameter of the API is a control without further work. */

/** One value of a parameter that has a few. */
export interface Choice {
  readonly value: string;
  readonly doc: string;
}

/** How one parameter is asked for. */
export interface Control {
  /** The field of the form. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  readonly doc: string;
  readonly kind: 'choice' | 'switch' | 'colour' | 'file' | 'text';
  readonly choices: readonly Choice[];
  /** The grammar of a text, in a few characters. */
  readonly shape: string;
  /** What counts when nothing is given; empty where that has no spelling. */
  readonly initial: string;
  readonly deprecated: boolean;
  /** The same for one type of foreground at a time, where the parameter has that. */
  readonly each: readonly Control[];
}

/** What has been chosen, by field, without what is as it is anyway. */
export type Values = Readonly<Record<string, string | File>>;

/** What the page reads of a document. */
export interface ApiDocument {
  readonly paths: Readonly<
    Record<
      string,
      { post?: { requestBody: { content: Readonly<Record<string, { schema: FormSchema }>> } } }
    >
  >;
}

interface FormSchema {
  readonly properties: Readonly<Record<string, FieldSchema>>;
}

interface FieldSchema {
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly contentMediaType?: string;
  readonly default?: string | boolean;
  readonly deprecated?: boolean;
  readonly enum?: readonly string[];
  readonly 'x-enumDescriptions'?: Readonly<Record<string, string>>;
  readonly 'x-grammar'?: string;
}

/** Three ways to hand over the picture itself. */
const sources = ['image_file', 'image_file_b64', 'image_url'];

/** The controls for the form of /removebg, in its order. */
export function controlsOf(document: ApiDocument): Control[] {
  const form = document.paths['/removebg']?.post?.requestBody.content['multipart/form-data'];
  const fields = Object.entries(form?.schema.properties ?? {}).filter(
    ([name]) => !sources.includes(name),
  );
  const all = fields.map(([name, schema]) => controlOf(name, schema));
  return all
    .filter(({ name }) => !name.includes('['))
    .map((control) => ({
      ...control,
      each: all
        .filter(({ name }) => name.startsWith(`${control.name}[`))
        .map((one) => ({ ...one, label: sentence(one.name.slice(control.name.length + 1, -1)) })),
    }));
}

function controlOf(name: string, schema: FieldSchema): Control {
  const docs = schema['x-enumDescriptions'] ?? {};
  const choices = Object.entries(docs).map(([value, doc]) => ({ value, doc }));
  return {
    name,
    label: sentence(name),
    doc: schema.description ?? '',
    kind: kindOf(schema),
    // In the order of the document: an object puts names that are numbers first.
    choices: choices.sort((a, b) => rank(schema, a.value) - rank(schema, b.value)),
    shape: schema['x-grammar'] ?? '',
    initial: String(schema.default ?? ''),
    deprecated: schema.deprecated ?? false,
    each: [],
  };
}

const rank = (schema: FieldSchema, value: string): number => schema.enum?.indexOf(value) ?? 0;

function kindOf(schema: FieldSchema): Control['kind'] {
  if (schema.contentMediaType !== undefined) return 'file';
  if (schema['x-enumDescriptions'] !== undefined) return 'choice';
  if (schema.type === 'boolean') return 'switch';
  return schema.format === 'color' ? 'colour' : 'text';
}

/** What the short parts of names stand for. */
const words: Readonly<Record<string, string>> = {
  bg: 'background',
  color: 'colour',
  roi: 'region of interest',
  url: 'URL',
};

function sentence(name: string): string {
  const text = name
    .split('_')
    .map((word) => words[word] ?? word)
    .join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The values with one of them changed; one that says what counts anyway is left out. */
export function changed(values: Values, control: Control, value: string | File): Values {
  const { [control.name]: _, ...others } = values;
  return value === '' || value === control.initial ? others : { ...others, [control.name]: value };
}
