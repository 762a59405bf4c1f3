/** What `bgcut licences` and `bgcut models licences` do. */
import { allLicences, type Licence } from '../../licences/index.js';
import { type LicenceRow, licences as modelLicences } from '../../models/index.js';
import { formatTable } from '../format.js';
import { paint, printJson, printLine } from '../terminal.js';

/** Prints the terms of everything. */
export async function printAllLicences(json: boolean): Promise<void> {
  const all = allLicences();
  if (json) return printJson(all);
  const head = ['NAME', 'VERSION', 'LICENCE', 'COMMERCIAL USE'];
  const row = ({ name, version, licence, commercial }: Licence) => [
    ...[name, version ?? '?', licence, commercial],
  ];
  const table = (parts: readonly Licence[]) => formatTable([head, ...parts.map(row)]).join('\n');
  const notes = (parts: readonly Licence[]) =>
    parts.filter((part) => part.notes !== '').map((part) => `${part.name}: ${part.notes}`);
  await printLine(
    [
      heading('BgCut'),
      table([all.bgcut]),
      `${notes([all.bgcut]).join('\n')}\n`,
      heading('Models (the weights; the first is the default)'),
      `${modelParagraphs(modelLicences())}\n`,
      heading('Native libraries'),
      table(all.native),
      `${notes(all.native).join('\n')}\n`,
      heading('Packages'),
      table(all.packages),
    ].join('\n'),
  );
}

/** Prints what the authors of the models say about their use. */
export async function printModelLicences(json: boolean): Promise<void> {
  const rows = modelLicences();
  await (json ? printJson(rows) : printLine(modelParagraphs(rows)));
}

function modelParagraphs(rows: readonly LicenceRow[]): string {
  const paragraphs = rows.map(({ name, title, licence, commercial, notes }) => {
    const head = `${paint('bold', name, process.stdout)} (${title}): ${licence}; commercial use: ${commercial}`;
    return notes === '' ? head : `${head}\n  ${notes}`;
  });
  return paragraphs.join('\n\n');
}

function heading(text: string): string {
  return paint('bold', text, process.stdout);
}
