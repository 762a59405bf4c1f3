import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { z } from 'zod';

import { BgcutError } from '../errors.js';
import { defaultModel } from '../limits.js';

/**
 * The manifest of a model: all that BgCut has to know to feed an ONNX file and read its answer, and what its user has
 * to know about its licence. This schema is the source of models/manifest.schema.json.
 */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');
const bytes = z.int().positive();
const triple = z.tuple([z.number(), z.number(), z.number()]);
const positive = z.number().positive();
const side = z.int().min(16).max(8192);

const sizes = z
  .union([
    z.strictObject({
      default: side.describe('width and height of the model input in pixels'),
      preview: side
        .optional()
        .describe('the same for results of preview size; must suit the model'),
      multipleOf: z.int().positive().describe('any width and height that this divides may be fed'),
    }),
    z.strictObject({
      fixed: side.describe(
        'width and height in pixels: the model takes, or was trained for, just these',
      ),
    }),
  ])
  .refine(
    (s) => !('multipleOf' in s) || [s.default, s.preview ?? 0].every((n) => n % s.multipleOf === 0),
    {
      message: 'default and preview must be divisible by multipleOf',
    },
  )
  .describe(
    'A model run off the sizes it was trained for loses badly, so they belong to the model.',
  );

const npmPackage = {
  package: z.string().min(1),
  version: z.string().min(1),
  integrity: z.string().startsWith('sha512-').describe('of the tarball'),
  packedBytes: bytes.describe('size of the tarball'),
};

const source = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z
        .literal('npm')
        .describe('an entry of a package, fetched as a tarball from the npm registry'),
      ...npmPackage,
      resources: z.string().describe('entry of the tarball that lists the chunks of each file'),
      entry: z.string().describe('the wanted file in that list'),
      sha256: sha256.describe('of the joined file, before the recipe'),
      bytes: bytes.describe('size of the joined file'),
      recipe: z.enum(['isnet']).describe('the rewriting that makes `file` of it'),
    }),
    z.strictObject({
      kind: z
        .literal('npm-files')
        .describe('files of a package, fetched as a tarball from the npm registry'),
      ...npmPackage,
      files: z
        .array(
          z.strictObject({
            path: z.string().min(1).describe('in the package'),
            sha256: sha256.describe('of the file, before the recipe'),
            bytes: bytes.describe('size of the file'),
          }),
        )
        .min(1)
        .describe('in the order that the recipe takes them in'),
      recipe: z.enum(['nanodet']).describe('the rewriting that makes `file` of them'),
    }),
    z.strictObject({
      kind: z.literal('url'),
      url: z.url({ protocol: /^https?$/ }).describe('the ONNX file itself'),
    }),
  ])
  .nullable();

/** What a manifest file may say. Everything about origin and licence may be left out in a user's own. */
export const manifestSchema = z.strictObject({
  $schema: z.string().optional().describe('for editors'),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be lower-case letters, digits, dots and dashes')
    .describe('what `model` and `bgcut models` call it'),
  title: z.string().min(1).optional().describe('name for people; default: `name`'),
  kind: z
    .enum(['segmentation', 'detector', 'matting'])
    .default('segmentation')
    .describe(
      'what it finds: the mask of the subject, the objects that tell its type, or alpha from picture and trimap',
    ),
  input: z.strictObject({
    name: z.string().min(1).optional().describe('input of the graph; default: its first'),
    order: z.enum(['rgb', 'bgr']).default('rgb').describe('order of the channel planes'),
    mean: triple.describe('per channel, in the order of the planes: x = (byte / 255 - mean) / std'),
    std: z.tuple([positive, positive, positive]),
    sizes,
  }),
  output: z.strictObject({
    name: z
      .string()
      .min(1)
      .optional()
      .describe('output of the graph: the mask, or the cells of a detector; default: its first'),
    activation: z
      .enum(['none', 'sigmoid', 'minmax'])
      .describe(
        'what makes 0..1 of it: nothing, the logistic function, or stretching its own range',
      ),
  }),
  float16: z
    .array(z.enum(['cpu', 'tensorrt', 'coreml']))
    .default([])
    .describe(
      'devices that may compute in float16, where it was seen that the mask stays the same; all others compute as the graph says. On the CPU that is what the kernels of BgCut keep between layers; they sum in float32',
    ),
  bfloat16: z
    .array(z.enum(['cpu']))
    .default([])
    .describe(
      'the same for bfloat16, which has 8 bits of precision where float16 has 11: on the CPU, those that multiply it in tiles',
    ),
  file: z
    .string()
    .regex(/^[^/\\]+\.onnx$/, 'must be a file name that ends in .onnx')
    .optional()
    .describe('file name of the model; default: `name`.onnx'),
  sha256: sha256.nullable().default(null).describe('of `file`; null: unknown'),
  bytes: bytes.nullable().default(null).describe('size of `file`; null: unknown'),
  check: z
    .strictObject({
      mask: z
        .array(z.int().min(0).max(255))
        .length(64)
        .describe('means of the mask of models/check.jpg in 8 x 8 fields, row by row'),
    })
    .optional()
    .describe('what a server compares before it calls itself ready; made by models/make-check.mjs'),
  source: source.default(null).describe('where to fetch it; null: bring your own file'),
  licence: z
    .string()
    .min(1)
    .default('unknown')
    .describe('of the weights, as their author states it'),
  commercial: z
    .enum(['yes', 'no', 'unclear'])
    .default('unclear')
    .describe('whether commercial use is allowed, training data included, as far as we know'),
  notes: z.string().default('').describe('training data, terms, caveats'),
});

type Parsed = z.output<typeof manifestSchema>;

/** A validated manifest, defaults filled in. */
export type Manifest = Omit<Parsed, '$schema' | 'title' | 'file'> & { title: string; file: string };

/** Sizes of the model input: free (multiples of a number) or fixed. */
export type ModelSizes = Manifest['input']['sizes'];

/** What a model finds. */
export type ModelKind = Manifest['kind'];

/** Where a manifest's weights come from. */
export type ModelSource = NonNullable<Manifest['source']>;

/** A package that carries a model. */
export type NpmSource = Extract<ModelSource, { kind: 'npm' | 'npm-files' }>;

/** Whether a model comes out of a package. */
export function isNpmSource(source: ModelSource | null): source is NpmSource {
  return source?.kind === 'npm' || source?.kind === 'npm-files';
}

/** Bytes of what is taken out of the package. */
export function unpackedBytes(source: NpmSource): number {
  return source.kind === 'npm' ? source.bytes : source.files.reduce((n, f) => n + f.bytes, 0);
}

/** A manifest bound to a file: the names of its input and output are known. */
export type BoundManifest = Omit<Manifest, 'input' | 'output'> & {
  input: Manifest['input'] & { name: string };
  output: Manifest['output'] & { name: string };
};

/**
 * Validates a manifest.
 *
 * @param value the parsed JSON
 * @param origin what to call it in an error, e.g. its file name
 * @throws BgcutError manifest_invalid, naming the first wrong field
 */
export function parseManifest(value: unknown, origin: string): Manifest {
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? '';
    throw new BgcutError('manifest_invalid', {
      detail: `${origin}: ${field && `${field}: `}${issue?.message ?? 'not a manifest'}.`,
      cause: parsed.error,
    });
  }
  const { title, file, ...manifest } = parsed.data;
  delete manifest.$schema;
  const { name } = manifest;
  return { ...manifest, title: title ?? name, file: file ?? `${name}.onnx` };
}

/**
 * Reads and validates a manifest file.
 *
 * @throws BgcutError manifest_invalid when it can't be read, is no JSON or doesn't follow the schema
 */
export function readManifest(path: string): Manifest {
  const origin = basename(path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const what = cause instanceof SyntaxError ? 'is not JSON' : 'can not be read';
    throw new BgcutError('manifest_invalid', { detail: `${origin} ${what}.`, cause });
  }
  return parseManifest(value, origin);
}

/** The JSON Schema of a manifest file, for editors; models/manifest.schema.json holds it. */
export function manifestJsonSchema(): object {
  return {
    title: 'BgCut model manifest',
    ...z.toJSONSchema(manifestSchema, { io: 'input', target: 'draft-2020-12' }),
  };
}

/** The folder with the manifests that come with BgCut, and the probe model. */
export const manifestFolder = join(__dirname, '..', '..', 'models');

let builtin: Map<string, Manifest> | undefined;

/** The manifests that come with BgCut, by name; the default model first. */
export function builtinManifests(): ReadonlyMap<string, Manifest> {
  if (builtin) return builtin;
  const names = readdirSync(manifestFolder)
    .filter((f) => f.endsWith('.json') && f !== 'manifest.schema.json')
    .map((f) => f.slice(0, -'.json'.length))
    .sort((a, b) => Number(b === DEFAULT_MODEL) - Number(a === DEFAULT_MODEL) || (a < b ? -1 : 1));
  builtin = new Map(names.map((n) => [n, readManifest(join(manifestFolder, `${n}.json`))]));
  return builtin;
}

/** The model that is used when none is named. */
export const DEFAULT_MODEL = defaultModel;

/** The model that tells the types of subjects. */
export const DETECTOR = 'nanodet';

/**
 * The manifest that comes with BgCut under a name.
 *
 * @throws BgcutError model_unknown
 */
export function builtinManifest(name: string): Manifest {
  const found = builtinManifests().get(name);
  if (found) return found;
  const known = [...builtinManifests().keys()].join(', ');
  throw new BgcutError('model_unknown', {
    detail: `There is no model called "${name}". Known are ${known}, or the path of an .onnx file.`,
  });
}
