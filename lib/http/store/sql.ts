/** What a database is to the store: one dialect, the one that SQLite and PostgreSQL share, with $1, $2 … for values. */

/** A value of a query. */
export type SqlValue = string | number | null;

/** A row by its columns; whole numbers are numbers. */
export type Row = Readonly<Record<string, SqlValue>>;

/** Runs one statement and gives its rows. */
export type Query = (sql: string, values?: readonly SqlValue[]) => Promise<Row[]>;

/** An open database. Everything rejects with store_unavailable when it can't be reached. */
export interface Database {
  readonly query: Query;
  /**
   * Runs `work` as a whole or, when it throws, not at all. Where the outcome of the end is not known (the connection
   * broke), it rejects too.
   */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** As transaction, one at a time among all processes that use this database. */
  exclusively<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
