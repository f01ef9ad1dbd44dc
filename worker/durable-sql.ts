import type { SqlDatabase, SqlRow, SqlValue } from "../shared/sql/sql.ts";

/** A Durable Object's storage as the mailbox's database. Statements with no await between them commit as one. */
export class DurableSql implements SqlDatabase {
  readonly #storage: DurableObjectStorage;
  readonly #billed: (rowsRead: number, rowsWritten: number) => void;

  /** `billed` is told what each statement cost. */
  constructor(storage: DurableObjectStorage, billed: (rowsRead: number, rowsWritten: number) => void) {
    this.#storage = storage;
    this.#billed = billed;
  }

  exec(statement: string, ...values: SqlValue[]): readonly SqlRow[] {
    const cursor = this.#storage.sql.exec<SqlRow>(statement, ...values);
    const rows = cursor.toArray();
    this.#billed(cursor.rowsRead, cursor.rowsWritten);
    return rows;
  }

  transaction<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }
}
