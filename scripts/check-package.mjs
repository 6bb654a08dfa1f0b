// Installs the packed package into empty folders as users do, and uses it there: the README's commands as they stand, ES
// modules and CommonJS, TypeScript under three ways of resolving modules, a notebook, a project of one's own.
//
//   node scripts/check-package.mjs [--managers npm,pnpm,yarn,berry] [--nodes 20,22,24]
//
// Package managers and further Nodes come from the npm registry. Minutes, so it is part of a release and not of CI.
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values } = parseArgs({
  options: {
    managers: { type: "string", default: "npm" },
    nodes: { type: "string", default: process.versions.node.split(".")[0] },
  },
});
const base = mkdtempSync(join(tmpdir(), "telelink package ü-"));
process.once("exit", () => rmSync(base, { recursive: true, force: true }));

function run(cwd, env, command, ...args) {
  const done = spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: 600_000, maxBuffer: 1 << 26 });
  return { ok: done.status === 0, out: `${done.stdout ?? ""}${done.stderr ?? ""}${done.error ?? ""}` };
}

const packed = run(root, process.env, "npm", "pack", "--silent", "--pack-destination", base);
const tarball = readdirSync(base).find((file) => file.endsWith(".tgz"));
if (!packed.ok || !tarball) throw new Error(`the package cannot be packed: ${packed.out}`);

/** A folder with a package of the registry, for the package managers and Nodes themselves. */
function tool(name, spec) {
  const folder = join(base, `tool-${name}`);
  if (!existsSync(folder)) {
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), '{"private":true}');
    const done = run(folder, process.env, "npm", "install", "--silent", "--allow-scripts=none", spec);
    const again = done.ok || run(folder, process.env, "npm", "install", "--silent", spec).ok;
    if (!again) throw new Error(`${spec} cannot be installed: ${done.out}`);
  }
  return join(folder, "node_modules");
}

/** How each package manager adds a tarball, and what its users have to say once. */
const managers = {
  npm: () => ["npm", ["install", "--loglevel=error"]],
  pnpm: () => [join(tool("pnpm", "pnpm@10"), ".bin", "pnpm"), ["add"]],
  yarn: (node) => [
    "node",
    [
      join(tool("yarn", "yarn@1.22.22"), "yarn", "bin", "yarn.js"),
      "add",
      ...(node < 22 ? ["--ignore-engines"] : []),
    ],
  ],
  berry: () => [
    "node",
    [join(tool("berry", "@yarnpkg/cli-dist"), "@yarnpkg/cli-dist", "bin", "yarn.js"), "add"],
  ],
};

const program = `import { gradientBoosting, type GradientBoostingOptions, matrix, seeded } from "telelink";
import { churnData } from "telelink/studies";
const options: GradientBoostingOptions = { trees: 5 };
const x = matrix(40, 1, Float64Array.from({ length: 40 }, (_, i) => i));
const fitted = gradientBoosting(options)({ x, y: x.values.map((v) => (v > 20 ? 1 : 0)) }, seeded(1));
void fitted.then((model) => console.log(model.predict(x).length, typeof churnData));
`;

/** The README's blocks of commands, without those that say why they are not run here. */
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = /(<!-- not run here: [^>]+ -->\n+)?^```sh\n([\s\S]*?)^```/gm;
const commands = [...readme.matchAll(blocks)].flatMap(([, excuse, code]) => (excuse ? [] : [code]));

/** Runs a block of commands as it stands; what asks the server does so of one on a free port. */
async function asWritten(folder, env, code) {
  const text = code.replaceAll("npx telelink", "npx --no-install telelink");
  if (!text.includes("localhost:8000")) return run(folder, env, "bash", "-euo", "pipefail", "-c", text);
  const server = spawn(join(folder, "node_modules", ".bin", "telelink"), ["serve", "--port", "0"], {
    cwd: folder,
    env,
  });
  try {
    const address = await new Promise((found, fail) => {
      let said = "";
      server.stderr.on("data", (part) => {
        said += part;
        const at = /listening on http:\/\/(\S+)/.exec(said)?.[1];
        if (at) found(at);
      });
      server.once("exit", () => fail(new Error(said)));
      setTimeout(() => fail(new Error(`no address within a minute: ${said}`)), 60_000).unref();
    });
    return run(folder, env, "bash", "-euo", "pipefail", "-c", text.replaceAll("localhost:8000", address));
  } catch (error) {
    return { ok: false, out: String(error) };
  } finally {
    server.kill();
  }
}

let failures = 0;
function say(name, { ok, out }, wanted) {
  const held = ok && (!wanted || wanted.test(out));
  if (!held) failures++;
  console.log(
    `${held ? "✓" : "✗"} ${name}${held ? "" : `\n${out.trim().split("\n").slice(-12).join("\n")}`}`,
  );
}

for (const node of values.nodes.split(",")) {
  const own = node === process.versions.node.split(".")[0];
  const bin = own ? dirname(process.execPath) : join(tool(`node${node}`, `node@${node}`), "node", "bin");
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    YARN_NODE_LINKER: "node-modules",
  };
  for (const manager of values.managers.split(",")) {
    const at = `Node ${node}, ${manager}`;
    const folder = join(base, `${manager} ${node}`);
    mkdirSync(folder);
    writeFileSync(
      join(folder, "package.json"),
      '{"name":"own","version":"1.0.0","license":"MIT","private":true}',
    );
    if (manager === "berry") writeFileSync(join(folder, "yarn.lock"), "");
    const [command, args] = managers[manager](Number(node));
    const file = join(base, tarball);
    say(
      `${at}: installs`,
      run(folder, env, command, ...args, manager === "berry" ? `telelink@file:${file}` : file),
    );
    const room = run(folder, env, "du", "-sm", "node_modules").out.split("\t")[0];
    console.log(`  ${at}: ${room} MB in node_modules`);
    const telelink = join(folder, "node_modules", ".bin", "telelink");
    const in_ = (...words) => run(folder, env, telelink, ...words);
    say(`${at}: telelink --version`, in_("--version"), /^\d+\.\d+\.\d+/);
    for (const [k, code] of commands.entries())
      say(`${at}: README, commands ${k + 1}`, await asWritten(folder, env, code));
    const names = "console.log(typeof telelink.gradientBoosting)";
    say(
      `${at}: require`,
      run(folder, env, "node", "-e", `const telelink = require("telelink"); ${names}`),
      /function/,
    );
    const modules = ["--input-type=module", "-e", `import * as telelink from "telelink"; ${names}`];
    say(`${at}: import`, run(folder, env, "node", ...modules), /function/);
    writeFileSync(join(folder, "program.mts"), program);
    for (const [module, resolution] of [
      ["node16", "node16"],
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
    ]) {
      const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
      const flags = [
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        module,
        "--moduleResolution",
        resolution,
      ];
      say(
        `${at}: TypeScript, ${resolution}`,
        run(folder, env, "node", tsc, ...flags, "--ignoreConfig", "program.mts"),
      );
    }
    const cell = (text) => ({
      cell_type: "code",
      metadata: {},
      outputs: [],
      execution_count: null,
      source: text,
    });
    mkdirSync(join(folder, "notebooks"), { recursive: true });
    writeFileSync(
      join(folder, "notebooks", "own.ipynb"),
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 4,
        metadata: { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } },
        cells: [
          cell('import { seeded } from "telelink";\nconst rng = seeded(1);'),
          cell("console.log(rng.uniform() < 1)"),
        ],
      }),
    );
    say(`${at}: telelink run`, in_("run", join("notebooks", "own.ipynb"), "--out", "out", "--html"));
    say(`${at}: telelink reproduce`, in_("reproduce"));
  }
}
console.log(failures === 0 ? "the package holds" : `${failures} did not hold`);
process.exitCode = failures === 0 ? 0 : 1;
