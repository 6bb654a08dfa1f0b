// Says of each published figure which command makes it, and which no longer hold: node scripts/claims.mjs [--list]
// docs/CLAIMS.json names the figures. A figure that is no longer in its file is told, one whose command takes seconds is
// made anew and compared, and the others' commands are printed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { list: { type: "boolean" } } });
const claims = JSON.parse(readFileSync("docs/CLAIMS.json", "utf8"));
let broken = 0;
for (const { file, text, command, check } of claims) {
  if (!readFileSync(file, "utf8").includes(text)) {
    console.log(`gone      ${file}: ${text} (its line of docs/CLAIMS.json can go too)`);
    broken++;
    continue;
  }
  if (!check || values.list) {
    console.log(`by hand   ${file}: ${text} — ${command}`);
    continue;
  }
  const [program, ...args] = check.run;
  const out = execFileSync(program === "node" ? process.execPath : program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 28,
  });
  const found = Number(new RegExp(check.find).exec(out)?.[1]);
  const holds = found >= check.from && found <= check.to;
  if (!holds) broken++;
  console.log(
    `${holds ? "holds    " : "NOT SO   "} ${file}: ${text} — ${found}, claimed ${check.from} to ${check.to}`,
  );
}
console.log(`${claims.length} claims, ${broken} that do not hold`);
process.exitCode = broken > 0 ? 1 : 0;
