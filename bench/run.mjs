// Runs the benches: node bench/run.mjs [NAME…] [--rounds N] [--only TEXT]
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compare } from "./harness.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string" }, only: { type: "string" } },
});
const all = readdirSync(dirname(fileURLToPath(import.meta.url)))
  .filter((file) => file.endsWith(".bench.mjs"))
  .map((file) => file.slice(0, -".bench.mjs".length))
  .sort();
const unknown = positionals.find((name) => !all.includes(name));
if (unknown) {
  console.error(
    `Cannot run benches: the name must be one of ${all.join(", ")}, got ${JSON.stringify(unknown)}`,
  );
  process.exit(1);
}
for (const name of positionals.length > 0 ? positionals : all)
  await compare(name, { rounds: values.rounds ? Number(values.rounds) : undefined, only: values.only });
