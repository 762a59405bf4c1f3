/** The request as a visitor would write it: for curl, and for Node without further packages. */
import { addressOf } from './api';
import type { Values } from './parameters';

/** What a sample says. */
export interface Sample {
  readonly values: Values;
  /** The names of the picture and of the result. */
  readonly picture: string;
  readonly output: string;
}

/** The request as a command. The key is a variable, so that the text can be passed on. */
export function asCurl({ values, picture, output }: Sample): string {
  const fields = Object.entries(values).map(([name, value]) =>
    typeof value === 'string' ? textField(name, value) : fileField(name, value.name),
  );
  return [
    'curl -H "X-Api-Key: $API_KEY"',
    fileField('image_file', picture),
    ...fields,
    `-f ${inShell(addressOf('v1.0/removebg'))} -o ${inShell(output)}`,
  ].join(' \\\n  ');
}

/** -F reads a file for what begins with @ or <, and attributes behind a semicolon; --form-string takes text as it is. */
function textField(name: string, value: string): string {
  const flag = /^[@<"]|;/.test(value) ? '--form-string' : '-F';
  return `${flag} ${inShell(`${name}=${value}`)}`;
}

function fileField(name: string, file: string): string {
  const plain = /^[^;,"\\]+$/.test(file);
  return `-F ${inShell(`${name}=@${plain ? file : `"${file.replaceAll(/["\\]/g, '\\$&')}"`}`)}`;
}

const inShell = (text: string): string =>
  /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The request as an ES module. */
export function asNode({ values, picture, output }: Sample): string {
  const set = Object.entries(values).map(([name, value]) =>
    typeof value === 'string'
      ? `form.set(${inCode(name)}, ${inCode(value)});`
      : setFile(name, value.name),
  );
  return `import { readFile, writeFile } from 'node:fs/promises';

const form = new FormData();
${[setFile('image_file', picture), ...set].join('\n')}

const response = await fetch(${inCode(addressOf('v1.0/removebg'))}, {
  method: 'POST',
  headers: { 'X-Api-Key': process.env.API_KEY },
  body: form,
});
if (!response.ok) throw new Error(await response.text());
await writeFile(${inCode(output)}, Buffer.from(await response.arrayBuffer()));`;
}

const setFile = (name: string, file: string): string =>
  `form.set(${inCode(name)}, new Blob([await readFile(${inCode(file)})]), ${inCode(file)});`;

const inCode = (text: string): string =>
  /^[^'\\\n\r]*$/.test(text) ? `'${text}'` : JSON.stringify(text);
