import type { SqlDatabase, SqlRow, SqlValue } from "../shared/sql/sql.ts";

/** A Durable Object's storage as the mailbox's database. Statements with no await between them commit as one. */
export class DurableSql implements SqlDatabase {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  exec(statement: string, ...values: SqlValue[]): readonly SqlRow[] {
    return this.#storage.sql.exec<SqlRow>(statement, ...values).toArray();
  }

  transaction<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }
}
