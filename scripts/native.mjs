// Makes @tensorflow/tfjs-node work where its own install script cannot download its parts: its addon is compiled
// against the TensorFlow C library that lies in the PyPI wheel of tensorflow-cpu. A working install is left as it is.
// What was made is kept in a cache outside node_modules, so the next `npm ci` costs a second. Never a failure: without
// it, nets run on the other backends; `--require` makes it one (exit code 1).
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const place = join(root, "node_modules", "@tensorflow", "tfjs-node");
// The wheels that hold the last C library with the interface of tfjs-node 4.22, by platform.
const wheels = {
  "linux-x64": { name: "tensorflow-cpu", version: "2.15.1", platform: "manylinux2014_x86_64" },
  "linux-arm64": { name: "tensorflow-cpu-aws", version: "2.15.1", platform: "manylinux2014_aarch64" },
};
const headers = "node-api-headers@1.9.0";

class Impossible extends Error {}

function say(text) {
  console.log(`native: ${text}`);
}

/** Runs a command quietly; the end of what it said explains a failure. */
function run(what, command, args, options = {}) {
  const done = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    timeout: 300_000,
    ...options,
  });
  if (done.error?.code === "ENOENT") throw new Impossible(`${what} needs the command ${command}`);
  if (done.error?.code === "ETIMEDOUT") throw new Impossible(`${what} took too long`);
  if (done.status !== 0) {
    const said = `${done.stdout ?? ""}\n${done.stderr ?? ""}`.trim().split("\n").slice(-6).join("\n  ");
    throw new Impossible(`${what} failed:\n  ${said}`);
  }
  return done.stdout;
}

/** The version of TensorFlow that the addon runs on, or undefined where it does not load or compute. */
function working() {
  const script = `
    const util = require("node:util");
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    util.isArray ??= Array.isArray;
    const tf = require("@tensorflow/tfjs-node");
    const four = tf.tidy(() => tf.matMul(tf.ones([1, 4]), tf.ones([4, 1])).dataSync()[0]);
    if (tf.getBackend() !== "tensorflow" || four !== 4) process.exit(1);
    console.log("VERSION " + tf.backend().binding.TF_Version);
  `;
  const done = spawnSync(process.execPath, ["-e", script], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  return done.status === 0 ? done.stdout.match(/^VERSION (\S+)$/m)?.[1] : undefined;
}

/** The package's own way: a download of both parts. True where that was enough. */
function ownInstall() {
  const done = spawnSync(process.execPath, ["scripts/install.js"], {
    cwd: place,
    stdio: "ignore",
    timeout: 120_000,
  });
  return done.status === 0 && working() !== undefined;
}

/** Unpacks the library and its headers into `target`, whole or not at all. */
function fetchLibrary(wheel, target) {
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  const scratch = mkdtempSync(join(dirname(target), ".part-"));
  try {
    say(`fetching the TensorFlow library from the wheel ${wheel.name} ${wheel.version} (about 210 MB, once)`);
    const only = [
      "--no-deps",
      "--only-binary=:all:",
      "--python-version",
      "3.11",
      "--platform",
      wheel.platform,
    ];
    const options = ["--quiet", "--disable-pip-version-check", ...only, "--dest", scratch];
    const python = process.env.PYTHON ?? "python3";
    run("the download", python, ["-m", "pip", "download", ...options, `${wheel.name}==${wheel.version}`]);
    const file = readdirSync(scratch).find((name) => name.endsWith(".whl"));
    // Only what the addon needs: two libraries and the C headers with those that they include.
    const unpack = `
import sys, zipfile
keep = ("tensorflow/c/", "tensorflow/core/platform/", "tensorflow/tsl/", "tsl/platform/", "tsl/c/", "xla/c/")
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith("tensorflow/libtensorflow") or (
            name.endswith(".h") and name.removeprefix("tensorflow/include/").startswith(keep)
        ):
            wheel.extract(name, sys.argv[2])
`;
    const out = join(scratch, "out");
    run("unpacking", python, ["-c", unpack, join(scratch, file), out]);
    const ready = join(scratch, "ready");
    mkdirSync(join(ready, "lib"), { recursive: true });
    renameSync(join(out, "tensorflow", "include"), join(ready, "include"));
    for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"])
      renameSync(join(out, "tensorflow", name), join(ready, "lib", name));
    symlinkSync("libtensorflow_cc.so.2", join(ready, "lib", "libtensorflow.so"));
    symlinkSync("libtensorflow_framework.so.2", join(ready, "lib", "libtensorflow_framework.so"));
    renameSync(ready, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Compiles the addon into the cache. Node-API is stable, so one binary serves every Node. */
function compileAddon(library, target) {
  if (existsSync(target)) return;
  const scratch = mkdtempSync(join(tmpdir(), "telelink-native-"));
  try {
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const quiet = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", scratch];
    run("fetching Node-API's headers", npm, ["install", ...quiet, headers]);
    say("compiling the addon (about 5 s)");
    const includes = [
      join(scratch, "node_modules", "node-api-headers", "include"),
      join(library, "include"),
      place,
    ].flatMap((folder) => ["-I", folder]);
    const flags = ["-O2", "-std=c++17", "-fPIC", "-shared", "-w", "-DNAPI_VERSION=8"];
    const links = ["-L", join(library, "lib"), "-ltensorflow", "-ltensorflow_framework"];
    const places = [`-Wl,-rpath,$ORIGIN/../../deps/lib`, `-Wl,-rpath,${join(library, "lib")}`];
    const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(place, "binding", name));
    const part = join(scratch, "tfjs_binding.node");
    run("compiling", process.env.CXX ?? "g++", [
      ...flags,
      ...includes,
      ...sources,
      ...links,
      ...places,
      "-o",
      part,
    ]);
    copyFileSync(part, `${target}.part`);
    renameSync(`${target}.part`, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Puts library and addon where the package looks for them. */
function putInPlace(library, addon) {
  rmSync(join(place, "deps"), { recursive: true, force: true });
  symlinkSync(library, join(place, "deps"));
  const napi = Math.min(8, Number(process.versions.napi));
  // The package asks for the folder of the newest Node-API that it and the running Node know.
  const folder = join(place, "lib", `napi-v${napi}`);
  mkdirSync(folder, { recursive: true });
  copyFileSync(addon, join(folder, "tfjs_binding.node"));
}

function main() {
  const before = existsSync(place) ? working() : undefined;
  if (before) return say(`@tensorflow/tfjs-node works already (TensorFlow ${before}); nothing to do`);
  const cache = resolve(
    process.env.TELELINK_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "telelink"),
  );
  const wheel = wheels[`${process.platform}-${process.arch}`];
  const library = wheel && join(cache, `${wheel.name}-${wheel.version}`);
  const { version } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
  if (!library || !existsSync(library)) {
    if (ownInstall()) return say(`installed by its own script (TensorFlow ${working()})`);
    if (!wheel)
      throw new Impossible(
        `its own download failed, and there is no recipe for ${process.platform} on ${process.arch}`,
      );
    say("its own download failed; building it instead");
  }
  fetchLibrary(wheel, library);
  const addon = join(cache, `tfjs-node-${version}-${process.platform}-${process.arch}.node`);
  compileAddon(library, addon);
  putInPlace(library, addon);
  const after = working();
  if (!after) throw new Impossible("the addon was built, but does not load");
  say(`@tensorflow/tfjs-node ${version} works (TensorFlow ${after}), kept in ${cache}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof Impossible)) throw error;
  console.error(`native: @tensorflow/tfjs-node cannot be made to work here: ${error.message}`);
  console.error("native: nets run on the other backends; results are the same up to rounding");
  if (process.argv.includes("--require")) process.exitCode = 1;
}
