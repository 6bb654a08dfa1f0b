// A folder of src/ imports only itself and folders above it in this list; the pairs of `apart` never import each other;
// only some folders may touch files, network or process. It reads sources alone, so it needs no build.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const order = [
  "core",
  "neural",
  "data",
  "features",
  "resample",
  "synthesis",
  "models",
  "evaluate",
  "report",
  "services",
  "studies",
  "notebook",
  "serve",
  "cli",
];
const apart = [
  ["resample", "synthesis"],
  ["notebook", "serve"],
  ["studies", "serve"],
  ["studies", "cli"],
];
const outside = ["data", "notebook", "serve", "cli"];
const system = /^node:(fs|net|http|https|child_process|process)/;

const problems = [];
for (const entry of readdirSync("src", { recursive: true })) {
  if (!entry.endsWith(".ts") || entry.endsWith(".as.ts")) continue;
  const folder = entry.split("/")[0];
  if (folder === "index.ts") continue;
  if (!order.includes(folder)) {
    problems.push(`src/${entry}: the folder is not in the list of scripts/check-layers.mjs`);
    continue;
  }
  const text = readFileSync(join("src", entry), "utf8");
  for (const [, target] of text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)) {
    if (target.startsWith(".")) {
      const reached = normalize(join(dirname(entry), target)).split("/")[0];
      if (order.indexOf(reached) > order.indexOf(folder))
        problems.push(`src/${entry}: ${folder}/ must not import ${reached}/, which comes after it`);
      for (const pair of apart) {
        if (folder !== reached && pair.includes(folder) && pair.includes(reached))
          problems.push(`src/${entry}: ${folder}/ and ${reached}/ never import each other`);
      }
    } else if (system.test(target) && !outside.includes(folder))
      problems.push(`src/${entry}: only ${outside.join(", ")} touch the system, but this imports ${target}`);
    else if (target.startsWith("@tensorflow/") && folder !== "neural")
      problems.push(`src/${entry}: only neural/ imports ${target}`);
  }
  if (/\bMath\.random\b/.test(text)) problems.push(`src/${entry}: Math.random is not seeded; take an Rng`);
}
// Notebooks are type-checked from the declarations, where a build says what sources don't.
if (existsSync("dist")) {
  // The kernel's TypeScript 5.0 silently takes such a type for `any`.
  for (const entry of readdirSync("dist", { recursive: true })) {
    if (entry.endsWith(".d.ts") && /Array<ArrayBuffer/.test(readFileSync(join("dist", entry), "utf8"))) {
      problems.push(
        `src/${entry.replace(".d.ts", ".ts")}: an exported type is inferred as a typed array over ArrayBuffer; annotate it`,
      );
    }
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
