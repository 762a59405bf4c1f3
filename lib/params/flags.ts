/** Command-line flags from a parameter table: the command line reads their text with the same grammars. */
import { apiName, isPerType, type ParameterTable } from './parameter.js';

/** One flag of the command line. Its text is passed on as it is, under `name`: readOptions reads it. */
export interface Flag {
  /** The name of the option: cropMargin. */
  readonly name: string;
  /** `--crop-margin <value>` */
  readonly flags: string;
  /** For the help: what it does, its values and its default. */
  readonly description: string;
  /** Whether it may be given several times, as `TYPE=VALUE`. */
  readonly perType: boolean;
}

/** The flags for a table, without those that only code can pass (a signal). */
export function flagsOf(table: ParameterTable, skip: readonly string[] = []): Flag[] {
  return Object.entries(table)
    .filter(([name]) => !skip.includes(name))
    .map(([name, { grammar, doc, ...entry }]) => {
      const perType = isPerType(grammar);
      const facts = [
        grammar.shape,
        ...(perType ? ['or TYPE=VALUE, once per type'] : []),
        ...(entry.default === undefined ? [] : [`default ${text(entry.default)}`]),
      ];
      return {
        name,
        flags: `--${apiName(name).replaceAll('_', '-')} <value>`,
        description: `${doc} (${facts.join('; ')})`,
        perType,
      };
    });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
