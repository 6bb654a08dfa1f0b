// telelink score from file to file: 10⁵, 10⁶ and 10⁷ simulated customers, which must take time in proportion and bounded
// memory. The 10⁷ are the million ten times over, and are left out where the disk has no 4 GB to spare.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import readParquetModule from "nodejs-polars";
import mainModule from "../dist/cli/main.js";
import viewRowsModule from "../dist/data/simulate/view-rows.js";
import writeCsvModule from "../dist/data/write/write-csv.js";

const { viewRows } = viewRowsModule;
const { csvFile } = writeCsvModule;
const folder = join(resolve(dirname(fileURLToPath(import.meta.url)), ".."), ".cache", "bench");
const million = join(folder, "customers-1000000.csv");
const file = (rows, type = "csv") => join(folder, `customers-${rows}.${type}`);
const space = () => statfsSync(folder).bavail * statfsSync(folder).bsize;

async function data() {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(million)) {
    const writer = csvFile(million);
    for (const table of viewRows("churn-bigml", 1_000_000, 7)) writer.write(table);
    writer.end();
  }
  const bytes = readFileSync(million);
  const body = bytes.indexOf(10) + 1;
  if (!existsSync(file(100_000))) {
    let at = body;
    for (let row = 0; row < 100_000; row++) at = bytes.indexOf(10, at) + 1;
    write(file(100_000), [bytes.subarray(0, at)]);
  }
  if (!existsSync(file(10_000_000)) && space() > 4e9)
    write(file(10_000_000), [
      bytes.subarray(0, body),
      ...Array.from({ length: 10 }, () => bytes.subarray(body)),
    ]);
  if (!existsSync(file(1_000_000, "parquet"))) {
    const polars = readParquetModule.default ?? readParquetModule;
    const part = `${file(1_000_000, "parquet")}.part`;
    await polars.scanCSV(million).sinkParquet(part).collect();
    renameSync(part, file(1_000_000, "parquet"));
  }
}

function write(path, pieces) {
  const handle = openSync(`${path}.part`, "w");
  for (const piece of pieces) for (let at = 0; at < piece.length; ) at += writeSync(handle, piece, at);
  closeSync(handle);
  renameSync(`${path}.part`, path);
}

const one = (name, rows, type, out, rounds) => ({
  name,
  rounds,
  measure: "wall",
  params: { rows, type, out },
});

export default {
  title: "telelink score: churn, value and decision from file to file, all processors",
  data,
  cases: [
    one("10⁵ customers, CSV to CSV", 100_000, "csv", "csv", 3),
    one("10⁶ customers, CSV to CSV", 1_000_000, "csv", "csv", 3),
    one("10⁶ customers, Parquet to Parquet", 1_000_000, "parquet", "parquet", 2),
    one("10⁷ customers, CSV to CSV", 10_000_000, "csv", "csv", 1),
  ],
  async ours({ rows, type, out }) {
    const input = file(rows, type);
    if (!existsSync(input)) return () => ({ skipped: 1 });
    const output = join(folder, `scores-${process.pid}.${out}`);
    return async () => {
      const began = performance.now();
      const code = await mainModule.run([
        "score",
        "--data",
        input,
        "--out",
        output,
        "--store",
        join(folder, "no-store.db"),
      ]);
      const seconds = (performance.now() - began) / 1000;
      rmSync(output, { force: true });
      if (code !== 0) throw new Error(`Cannot measure: telelink score ended with ${code}`);
      return { customersPerSecond: rows / seconds };
    };
  },
};
