/** The reference as a page: one file, no script, nothing fetched from elsewhere. */
import { apiName, isPerType, type Parameter } from '../../params/parameter.js';
import { parameters } from '../../params/table.js';
import { codesByStatus } from './document.js';
import { forApi } from './wording.js';

const style = `
:root { color-scheme: light dark; --line: #8885; --soft: #8882; }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.8rem; margin: 0 0 .5rem; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { font: 600 1rem/1.5 ui-monospace, monospace; margin: 1.8rem 0 .2rem; scroll-margin-top: 1rem; }
code { overflow-wrap: anywhere; } td code { white-space: nowrap; }
td { min-width: 7rem; } td:first-child { min-width: 0; }
code, pre { font: .9em/1.5 ui-monospace, monospace; background: var(--soft); border-radius: 4px; }
code { padding: .1em .3em; } pre { padding: .8rem 1rem; overflow-x: auto; } pre code { padding: 0; background: none; }
nav a, h3 { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); }
nav { columns: 12rem; } nav a { display: block; font: .9rem/1.9 ui-monospace, monospace; }
.facts { opacity: .8; } .scroll { overflow-x: auto; }
a { color: inherit; }
`;

/** What the page may do: nothing but show itself. */
export const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page as HTML. `origin` is where the server is reached, for the samples. */
export function referencePage(origin: string): string {
  const api = `${origin}/v1.0`;
  const names = Object.keys(parameters).map(apiName);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>BgCut API</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>BgCut API</h1>
<p>Removes the background of JPEG, PNG and WebP pictures, up to 22 MB and 50 megapixels.
For programs: <a href="openapi.json">openapi.json</a>.</p>
</header>
<main>
<h2 id="call">One call</h2>
<pre><code>curl -H 'X-Api-Key: INSERT_YOUR_API_KEY_HERE' \\
  -F 'image_file=@/path/to/file.jpg' \\
  -F 'size=auto' \\
  -f ${escape(api)}/removebg -o no-bg.png</code></pre>
<p>The body is a multipart form, JSON, or urlencoded. With <code>Accept: application/json</code> the result comes as base64 in
<code>data.result_b64</code>.</p>
<h2 id="source">The picture</h2>
<p>Exactly one of:</p>
${table(
  ['field', 'value'],
  [
    ['<code>image_file</code>', 'the file, in a multipart form'],
    ['<code>image_file_b64</code>', 'base64, with or without a data URL prefix'],
    ['<code>image_url</code>', 'an http or https address'],
  ],
)}
<h2 id="parameters">Parameters</h2>
<nav aria-label="Parameters">${names.map((name) => `<a href="#${name}">${name}</a>`).join('\n')}</nav>
${Object.entries<Parameter>(parameters).map(section).join('\n')}
<h2 id="account">Account</h2>
<pre><code>curl -H 'X-Api-Key: INSERT_YOUR_API_KEY_HERE' ${escape(api)}/account</code></pre>
<h2 id="improve">Improvement program</h2>
<p>Keeps a picture that did not come out well: <code>image_file</code>, <code>image_file_b64</code> or <code>image_url</code>,
and <code>image_filename</code> and <code>tag</code> if you like.</p>
<pre><code>curl -H 'X-Api-Key: INSERT_YOUR_API_KEY_HERE' \\
  -F 'image_file=@/path/to/file.jpg' -F 'tag=hair' ${escape(api)}/improve</code></pre>
<h2 id="errors">Errors</h2>
<p>Nothing is charged for an error. Its body is <code>{"errors":[{"title":"…","code":"…","detail":"…"}]}</code>.</p>
${table(['status', 'code', 'title', 'when, and what to do'], errorRows())}
</main>
</body>
</html>
`;
}

function section([name, { grammar, default: initial, doc }]: [string, Parameter]): string {
  const field = apiName(name);
  const standard =
    initial === undefined ? '' : ` Default: <code>${escape(shownDefault(initial))}</code>.`;
  const each = isPerType(grammar)
    ? ` One by one: <code>${field}[${grammar.keys[0] ?? ''}]</code>, for ${grammar.keys.join(', ')}.`
    : '';
  const rows = (grammar.values ?? []).map(({ value, aliases, doc: meaning }) => [
    [value, ...aliases].map((spelling) => `<code>${escape(spelling)}</code>`).join(' '),
    escape(meaning),
  ]);
  const shape = rows.length > 0 ? '' : ` Value: <code>${escape(grammar.shape)}</code>.`;
  return `<section aria-labelledby="${field}"><h3 id="${field}">${field}</h3>
<p>${escape(forApi(doc))}<span class="facts">${shape}${standard}${each}</span></p>
${rows.length > 0 ? table(['value', 'meaning'], rows) : ''}</section>`;
}

function shownDefault(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function errorRows(): string[][] {
  return [...codesByStatus()]
    .sort(([a], [b]) => a - b)
    .flatMap(([status, codes]) =>
      codes.map(([code, { title, doc }]) => [
        String(status),
        `<code>${code}</code>`,
        escape(title),
        escape(forApi(doc)).replaceAll(/`([^`]+)`/g, '<code>$1</code>'),
      ]),
    );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => cells('td', row)).join('\n');
  return `<div class="scroll"><table><thead>${cells('th', head)}</thead><tbody>\n${body}\n</tbody></table></div>`;
}

function escape(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
