// Builds dist/: WebAssembly kernels into TypeScript modules, TypeScript into CommonJS, and the link that lets
// notebooks import the package by its own name. A kernel is compiled only if its source changed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);

async function run(script, args) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "inherit", "inherit"] });
  const status = await new Promise((done) => child.once("close", done));
  if (status !== 0) process.exit(status ?? 1);
}

/** `name.as.ts` (AssemblyScript) becomes `name.wasm.ts`, which exports the module's bytes as base64. */
async function compileKernel(source) {
  const target = source.replace(/\.as\.ts$/, ".wasm.ts");
  const text = readFileSync(source, "utf8");
  // A first line "// asc: …" holds the compiler options of that kernel.
  const options = text.match(/^\/\/ asc: (.*)$/m)?.[1].split(/\s+/) ?? [];
  // What it imports of another kernel is compiled into it.
  const parts = [...text.matchAll(/ from "(.*\.as)"/g)].map(([, file]) =>
    readFileSync(`${join(dirname(source), file)}.ts`),
  );
  const hash = parts
    .reduce((sum, part) => sum.update(part), createHash("sha256").update(text))
    .digest("hex")
    .slice(0, 16);
  const stamp = `// made by scripts/build.mjs from ${basename(source)}, ${hash}`;
  if (existsSync(target) && readFileSync(target, "utf8").startsWith(stamp)) return;
  const binary = join("dist", `.${basename(source)}.wasm`);
  await run("node_modules/assemblyscript/bin/asc.js", [
    source,
    "-o",
    binary,
    "-O3",
    "--runtime",
    "stub",
    "--enable",
    "simd",
    ...options,
  ]);
  const base64 = readFileSync(binary).toString("base64");
  rmSync(binary);
  writeFileSync(target, `${stamp}\nexport const wasm: string =\n  "${base64}";\n`);
  console.log(`compiled ${source} (${Math.round(base64.length * 0.75)} bytes)`);
}

mkdirSync("dist", { recursive: true });
const kernels = readdirSync("src", { recursive: true }).filter((entry) => entry.endsWith(".as.ts"));
const compileNext = async () => {
  for (let next = kernels.shift(); next; next = kernels.shift()) await compileKernel(join("src", next));
};
await Promise.all(Array.from({ length: availableParallelism() }, compileNext));

// A module whose source is gone must not live on in dist/.
for (const entry of readdirSync("dist", { recursive: true })) {
  const match = entry.match(/^(.*?)(\.d\.ts|\.js)$/);
  if (match && !existsSync(join("src", `${match[1]}.ts`)) && !existsSync(join("src", entry)))
    rmSync(join("dist", entry));
}
await run("node_modules/typescript/bin/tsc", ["-p", "tsconfig.json"]);
await run("node_modules/typescript/bin/tsc", ["-p", "src/serve/client/tsconfig.json"]);
const main = join("dist", "cli", "main.js");
if (existsSync(main)) chmodSync(main, 0o755);

// tslab, JupyterLab and VS Code resolve `import … from "telelink"` through this link; `npm ci` removes it.
const link = join("node_modules", "telelink");
if (!existsSync(link)) symlinkSync("..", link, "junction");
