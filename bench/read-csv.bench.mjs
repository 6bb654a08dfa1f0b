// Reading a CSV file into typed columns against pandas.read_csv: simulated customers, mostly words (IBM Telco's
// columns) and mostly numbers (churn-bigml's).
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import readCsvModule from "../dist/data/read/read-csv.js";
import viewRowsModule from "../dist/data/simulate/view-rows.js";
import writeCsvModule from "../dist/data/write/write-csv.js";

const { readCsv } = readCsvModule;
const { viewRows } = viewRowsModule;
const { csvFile } = writeCsvModule;
const folder = join(resolve(dirname(fileURLToPath(import.meta.url)), ".."), ".cache", "bench");
const file = (schema, rows) => join(folder, `${schema}-${rows}.csv`);

const one = (schema, rows, rounds) => ({
  name: `${schema}, ${rows.toLocaleString("en")} rows`,
  rounds,
  params: { schema, rows },
});

export default {
  title: "Read a CSV file into typed columns, pandas.read_csv beside",
  async data() {
    mkdirSync(folder, { recursive: true });
    for (const { params } of this.cases) {
      const path = file(params.schema, params.rows);
      if (existsSync(path)) continue;
      const writer = csvFile(`${path}.part`);
      for (const table of viewRows(params.schema, params.rows, 1)) writer.write(table);
      writer.end();
      renameSync(`${path}.part`, path);
    }
  },
  cases: [
    one("telco", 100_000, 5),
    one("telco", 1_000_000, 5),
    one("churn-bigml", 100_000, 5),
    one("churn-bigml", 1_000_000, 5),
  ],
  async ours({ schema, rows }) {
    return async () => {
      const { table, problemCount } = readCsv(file(schema, rows));
      return () => ({ rows: table.rows, problems: problemCount });
    };
  },
};
