import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { check } from "../../core/checks";
import { audit } from "./audit";
import { tableNames, tableSchema } from "./ingest";
import { journalFolder, readSegment, segmentNames } from "./journal";
import { removeOutcomes } from "./monitoring/outcomes";
import { quotedName } from "./names";
import { openStore, type Store, transaction } from "./open";
import { addSegment, forgetPredictions } from "./predictions";
import { liveServers } from "./servers";
import { noteForgotten, sharing } from "./sharing";

/** What was removed. */
export interface Forgotten {
  readonly customer: string;
  readonly predictions: number;
  readonly outcomes: number;
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  /** Whether the store shares with others, who forget the customer with their next exchange. */
  readonly shared: boolean;
}

/** Removes all that a store keeps of a customer, for good: deleted pages are overwritten. */
export function forgetCustomer(file: string, customer: string): Forgotten {
  check(existsSync(file), `forget ${customer}`, "there must be a store", file);
  const store = openStore(file);
  try {
    noteForgotten(store, customer);
    return forgetIn(store, customer, "telelink forget");
  } finally {
    store.close();
  }
}

/** The same of an open store; `who` is what the audit log names. */
export function forgetIn(store: Store, customer: string, who: string): Forgotten {
  store.db.pragma("secure_delete = ON");
  takeOver(store);
  const predictions = forgetPredictions(store, customer);
  const outcomes = removeOutcomes(store, { customer });
  const tables = tableNames(store).flatMap((table) => {
    const ids = (tableSchema(store, table)?.columns ?? []).filter((column) => column.type === "id");
    const rows = ids.reduce(
      (sum, { name }) =>
        sum +
        transaction(
          store,
          "remove rows from",
          () =>
            store.db.prepare(`DELETE FROM ${quotedName(table)} WHERE ${quotedName(name)} = ?`).run(customer)
              .changes,
        ),
      0,
    );
    return rows === 0 ? [] : [{ table, rows }];
  });
  // What was removed must not lie on in the log of changes.
  store.db.pragma("wal_checkpoint(TRUNCATE)");
  audit(store, who, "forget", { predictions, outcomes, tables: tables.length });
  const shared = sharing(store) !== undefined;
  return { customer, predictions, outcomes, tables, shared };
}

/** Predictions that wait in files are taken into the store first; those of a server that lives come within a second. */
function takeOver(store: Store): void {
  const folder = journalFolder(store.file);
  const live = [...liveServers(store)];
  for (const name of segmentNames(folder)) {
    if (live.some((id) => name.startsWith(id))) continue;
    addSegment(store, name, readSegment(folder, name).rows);
    rmSync(join(folder, name), { force: true });
  }
  const until = Date.now() + 3000;
  const waiting = (): boolean => segmentNames(folder).length > 0;
  while (live.length > 0 && waiting() && Date.now() < until)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
}
