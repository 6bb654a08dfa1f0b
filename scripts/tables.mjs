// What our learners make of the tables of notebook 07, on the rows and folds of scripts/reference/tables.py:
//   node scripts/tables.mjs [--rows 3000] [--repeats 1] [--folds 2] [--only NAME,NAME] [--out FILE]
// It writes data/tables/ours.json, or FILE, after each table, and takes half a minute of processor time a table and repeat.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const need = createRequire(import.meta.url);
const { judgedTables, judgeTable } = need("../dist/studies/tables/judge-table.js");
const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "3000" },
    repeats: { type: "string", default: "1" },
    folds: { type: "string", default: "2" },
    out: { type: "string" },
    only: { type: "string", default: judgedTables.map((one) => one.name).join(",") },
  },
});
const plan = { rows: Number(values.rows), repeats: Number(values.repeats), folds: Number(values.folds) };
// Of the processor, all threads together: other work on the machine does not count.
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const file = values.out ?? join(root, "data", "tables", "ours.json");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const made = { versions: { telelink: version, node: process.versions.node }, ...plan, tables: {} };
mkdirSync(dirname(file), { recursive: true });
for (const name of values.only.split(",")) {
  made.tables[name] = await judgeTable(name, { ...plan, clock });
  writeFileSync(file, `${JSON.stringify(made, null, 1)}\n`);
  console.log(name, made.tables[name].rows, made.tables[name].positives);
}
process.exit(0);
