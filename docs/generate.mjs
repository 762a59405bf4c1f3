// @ts-check
/**
 * Writes docs/parameters.md, docs/errors.md and docs/settings.md from the tables in lib/: `npm run docs`. A test compares the files
 * with what is made here, so that neither drifts.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';

const require = createRequire(import.meta.url);
/** @type {import('../dist/errors.js')} */
const { errorGroups } = require('../dist/errors.js');
/** @type {import('../dist/http/settings.js')} */
const { serverSettings, serverOptions, variableOf } = require('../dist/http/settings.js');
/** @type {import('../dist/params/options.js')} */
const { callOptions, engineOptions } = require('../dist/params/options.js');
/** @type {import('../dist/params/parameter.js')} */
const { apiName, isPerType } = require('../dist/params/parameter.js');
/** @type {import('../dist/params/table.js')} */
const { parameters } = require('../dist/params/table.js');

/** @typedef {import('../dist/errors.js').ErrorEntry} Entry */

const notice =
  '<!-- Made by `npm run docs` from the tables in lib/. Change those, not this page. -->';

/** Text inside a table cell. @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|');

/** @param {string} name @param {import('../dist/params/parameter.js').Parameter} parameter @param {boolean} api */
function section(name, { grammar, default: initial, error, doc, inCode }, api) {
  const facts = [
    grammar.values === undefined ? `Value: ${grammar.shape}.` : '',
    inCode === undefined ? '' : `In code also ${inCode}.`,
    initial === undefined ? '' : `Default: \`${String(initial)}\`.`,
    api ? `Name in the API: \`${apiName(name)}\`.` : '',
    `A bad value is the error \`${error}\`.`,
  ];
  const rows = (grammar.values ?? []).map(({ value, aliases, doc: meaning }) => {
    const names = [value, ...aliases].map((spelling) => `\`${spelling}\``).join(', ');
    return `| ${names} | ${cell(meaning)} |`;
  });
  const table = rows.length === 0 ? [] : ['| value | meaning |', '| --- | --- |', ...rows];
  return [
    `### ${name}`,
    '',
    `${doc} ${facts.filter(Boolean).join(' ')}`,
    '',
    ...table,
    '',
    ...(isPerType(grammar) ? perType(name, grammar) : []),
  ];
}

/**
 * How a value is given per type, and what auto stands for.
 * @param {string} name @param {import('../dist/params/pertype.js').PerTypeGrammar<unknown, unknown>} grammar
 */
function perType(name, grammar) {
  const field = `${apiName(name)}[person]`;
  const flag = `--${apiName(name).replaceAll('_', '-')}`;
  const [value, literal] = grammar.values === undefined ? ['70', '70'] : ['3D', "'3D'"];
  const auto = Object.entries(grammar.fromText('auto') ?? {});
  return [
    `One by one: \`{ ${name}: { person: ${literal} } }\` in code, \`${field}=${value}\` as a form field, \`${flag} person=${value}\` (once per type) as a flag. Where both are given as form fields, that of the type goes first.`,
    '',
    '| type | auto |',
    '| --- | --- |',
    ...auto.map(([type, meant]) => `| \`${type}\` | \`${String(meant)}\` |`),
    '',
  ];
}

/** @param {import('../dist/params/parameter.js').ParameterTable} table @param {boolean} api */
const sections = (table, api) =>
  Object.entries(table).flatMap(([name, entry]) => section(name, entry, api));

function parametersPage() {
  const own = Object.fromEntries(
    Object.entries(callOptions).filter(([name]) => !(name in parameters)),
  );
  return [
    '# Parameters',
    '',
    notice,
    '',
    'Text is trimmed, names match in any letter case, and empty text counts as absent. An option that does not exist is the error `invalid_option`; form fields that do not exist, or no longer do (`shadow_method`), are ignored, as the API does.',
    '',
    '## Parameters of the API',
    '',
    'For `removeBg(input, options)` under these names, for `bgcut remove` as flags (`--size full`).',
    '',
    ...sections(parameters, true),
    '## Further options of a call',
    '',
    ...sections(own, false),
    '## Options of an engine',
    '',
    'For `createEngine(options)`.',
    '',
    ...sections(engineOptions, false),
  ];
}

function settingsPage() {
  const row = (
    /** @type {[string, import('../dist/params/parameter.js').Parameter]} */ [name, entry],
  ) => {
    const { doc, default: initial } = entry;
    const shape =
      entry.grammar.values?.map(({ value }) => value).join(' | ') ?? entry.grammar.shape;
    // A flag can't say "off": what is on by default has one that turns it off.
    const prefix = initial === true ? '--no-' : '--';
    const flag = `${prefix}${apiName(name).replaceAll('_', '-')}`;
    const standard = initial === undefined ? '' : ` Default: \`${String(initial)}\`.`;
    return `| \`${name}\` | \`${flag}\` | \`${variableOf(name)}\` | ${cell(`${doc} \`${shape}\`.${standard}`)} |`;
  };
  const engine = Object.entries(serverOptions).filter(([name]) => !(name in serverSettings));
  const head = ['| setting | flag | variable | what |', '| --- | --- | --- | --- |'];
  return [
    '# Settings of the server',
    '',
    notice,
    '',
    'Of `bgcut serve` as flags, as environment variables, and as members of the JSON file that `--config FILE` or `BGCUT_CONFIG` names, in this order; of `createServer(options)` as options. How they work together: [server.md](server.md).',
    '',
    '## The server',
    '',
    ...head,
    ...Object.entries(serverSettings).map(row),
    '',
    '## Its engine',
    '',
    ...head,
    ...engine.map(row),
    '',
  ];
}

const groupTitles = {
  input: 'The picture',
  background: 'The background',
  options: 'Options',
  models: 'Models',
  engine: 'The engine',
  server: 'The server',
};

function errorsPage() {
  const groups = Object.entries(errorGroups).flatMap(([group, entries]) => [
    `## ${groupTitles[/** @type {keyof typeof groupTitles} */ (group)]}`,
    '',
    '| code | title | when, and what to do |',
    '| --- | --- | --- |',
    .../** @type {[string, Entry][]} */ (Object.entries(entries)).map(
      ([code, { title, doc }]) => `| \`${code}\` | ${cell(title)} | ${cell(doc)} |`,
    ),
    '',
  ]);
  return [
    '# Errors',
    '',
    notice,
    '',
    'Every failed call rejects with a `BgcutError`. Branch on its `code`, which never changes; show its `title` and `detail`, which name nothing internal; log its `cause`, which may.',
    '',
    '```ts',
    "import { BgcutError, removeBg } from 'bgcut';",
    '',
    'try {',
    "  await removeBg('photo.jpg');",
    '} catch (error) {',
    "  if (error instanceof BgcutError && error.code === 'unknown_foreground') {",
    '    // nothing to cut out',
    '  } else throw error;',
    '}',
    '```',
    '',
    ...groups,
  ];
}

/**
 * The pages: file name to text.
 * @returns {Promise<Record<string, string>>}
 */
export async function pages() {
  const style = await prettier.resolveConfig(import.meta.filename);
  const format = async (/** @type {string[]} */ lines) =>
    prettier.format(lines.join('\n'), { ...style, parser: 'markdown' });
  return {
    'errors.md': await format(errorsPage()),
    'parameters.md': await format(parametersPage()),
    'settings.md': await format(settingsPage()),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(await pages())) {
    writeFileSync(join(import.meta.dirname, name), text);
  }
}
