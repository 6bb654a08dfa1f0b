// A folder of src/ imports only itself and folders above it in this list; the pairs of `apart` never import each other;
// only some folders may touch files, network or process; no import leads back to its own file, not even for a type; a
// folder holds at most twenty files, and a function a hundred lines, kernels and their twins apart. It reads sources alone,
// so it needs no build.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
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

const most = { files: 20, lines: 100 };

const problems = [];
/** For each folder how many files it holds, without those that the build makes. */
const sizes = new Map();
/** For each file the files of src/ that it imports. */
const graph = new Map();
for (const entry of readdirSync("src", { recursive: true })) {
  if (/\.[^/]+$/.test(entry) && !entry.endsWith(".wasm.ts"))
    sizes.set(dirname(entry), (sizes.get(dirname(entry)) ?? 0) + 1);
  if (!entry.endsWith(".ts") || entry.endsWith(".as.ts")) continue;
  const text = readFileSync(join("src", entry), "utf8");
  const targets = [...text.matchAll(/(?:from|import\(|import)\s*"([^"]+)"/g)].map(([, target]) => target);
  const near = targets.filter((target) => target.startsWith("."));
  graph.set(
    entry,
    near.map((target) => `${normalize(join(dirname(entry), target)).replace(/\.[jt]s$/, "")}.ts`),
  );
  const folder = entry.split("/")[0];
  if (folder === "index.ts") continue;
  if (!order.includes(folder)) {
    problems.push(`src/${entry}: the folder is not in the list of scripts/check-layers.mjs`);
    continue;
  }
  for (const target of targets) {
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
  for (const { name, line, lines } of longFunctions(entry, text))
    problems.push(
      `src/${entry}:${line}: ${name} has ${lines} lines, more than ${most.lines}; part it at its seams`,
    );
  if (/\bMath\.random\b/.test(text)) problems.push(`src/${entry}: Math.random is not seeded; take an Rng`);
}
for (const [folder, files] of sizes) {
  if (files > most.files)
    problems.push(
      `src/${folder}: ${files} files, more than ${most.files}; give a part of them a folder of its own`,
    );
}
for (const circle of circles(graph))
  problems.push(`src/${circle[0]}: its imports lead back to it: ${[...circle, circle[0]].join(" → ")}`);

/** The functions of a file that are longer than they may be. */
function longFunctions(file, text) {
  if (/kernels?\.ts$/.test(file) || text.split("\n").length <= most.lines) return [];
  const ts = createRequire(import.meta.url)("typescript6");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lineAt = (place) => source.getLineAndCharacterOfPosition(place).line + 1;
  const found = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const line = lineAt(node.getStart());
      const lines = lineAt(node.end) - line + 1;
      const name = node.name?.getText() ?? node.parent?.name?.getText?.() ?? "a function";
      if (lines > most.lines) found.push({ name, line, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The shortest circle of each group of files that import one another. */
function circles(imports) {
  const found = [];
  const known = new Set();
  for (const start of imports.keys()) {
    if (known.has(start)) continue;
    const from = new Map([[start, undefined]]);
    const queue = [start];
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      for (const next of imports.get(file) ?? []) {
        if (next === start) {
          const circle = [];
          for (let at = file; at !== undefined; at = from.get(at)) circle.unshift(at);
          for (const one of circle) known.add(one);
          found.push(circle);
          queue.length = 0;
          break;
        }
        if (!from.has(next)) {
          from.set(next, file);
          queue.push(next);
        }
      }
    }
  }
  return found;
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
