import { type LoadOptions, loadChurnBigml } from "../data/sources/load-source";
import type { SourceInfo } from "../data/sources/sources";
import { dropColumns, type Table } from "../data/table";
import { target } from "../data/target";

/** Features of some customers and who of them left: 1 left, 0 stayed. */
export interface Customers {
  readonly rows: Table;
  readonly labels: Float64Array;
}

/** The churn-bigml customers, as published: the 80 % to learn from and the 20 % to be judged on. */
export interface ChurnData {
  readonly train: Customers;
  readonly test: Customers;
  readonly sources: readonly SourceInfo[];
  /** True when the real files could not be had and the simulator stands in: every report says so. */
  readonly simulated: boolean;
}

/** Loads churn-bigml: the real files where they are, else customers of the simulator in the same columns. */
export async function churnData(options: LoadOptions = {}): Promise<ChurnData> {
  const { train, test } = await loadChurnBigml(options);
  const split = (table: Table): Customers => ({
    rows: dropColumns(table, ["Churn"]),
    labels: target(table, "Churn"),
  });
  return {
    train: split(train.table),
    test: split(test.table),
    sources: [train.source, test.source],
    simulated: train.source.simulated || test.source.simulated,
  };
}
