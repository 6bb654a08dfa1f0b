/**
 * The kernel that notebooks run in: tslab's server and display, with a compiler and an evaluator of our own between
 * them. Run as `node main.js CONNECTION_FILE [--js]`, in the notebook's folder.
 */
import { writeSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";
import { removeTemporaryFolder, temporaryFolder } from "../../data/temporary-folder";
import { hold, holdEach } from "./hold";
import { importer } from "./import-module";
import { kernelServer, type TslabServerClass } from "./kernel-server";
import { startLanguage } from "./language/language-client";
import { packageRoot } from "./language/type-options";
import { whenParentEnds } from "./parent";
import { Session } from "./session";
import { KernelStdin } from "./stdin";

// What a cell may declare, though the system has it too.
const reserved = Object.getOwnPropertyNames(globalThis);
const [configPath, flag] = process.argv.slice(2);
const language = flag === "--js" ? "javascript" : "typescript";
const cwd = process.cwd();
const folder = temporaryFolder("modules");
process.once("exit", () => removeTemporaryFolder(folder));

const waitForTypes = process.env.TELELINK_TYPES !== "later";
const languageServer = startLanguage({ cwd, language, folder, reserved, patient: !waitForTypes });
const tslab = loadTslab();
const session = new Session({
  language,
  languageServer,
  displays: tslab.jupyter,
  folder,
  waitForTypes,
});
const fromCells = createRequire(join(cwd, "cell.ts"));
const require_ = Object.assign(
  (id: string): unknown => (id === "tslab" ? tslab.display : (fromCells(id) as unknown)),
  fromCells,
);
const cells = {
  require: require_,
  held: hold,
  eachHeld: holdEach,
  import: importer({
    cwd,
    fallback: packageRoot,
    given: new Map([["tslab", tslab.display]]),
    compile: async (path) => {
      const made = await languageServer.module(path);
      if ("unreadable" in made) throw new SyntaxError(made.unreadable);
      return made.file;
    },
  }),
  meta: { url: pathToFileURL(join(cwd, "cell.ts")).href, dirname: cwd, filename: join(cwd, "cell.ts") },
  get assignedConstant(): unknown {
    return undefined;
  },
  set assignedConstant(_value: unknown) {
    throw new TypeError("Assignment to constant variable.");
  },
};
const stdin = new KernelStdin((prompt) => session.input(prompt));
Object.defineProperty(process, "stdin", { get: () => stdin.stream(), configurable: true });
const globals = { __tslab__: cells, require: require_, __dirname: cwd, __filename: cells.meta.filename };
for (const [name, value] of Object.entries(globals))
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

process.on("SIGINT", () => session.interrupt());
process.on("uncaughtException", (error) => session.uncaught("UncaughtException", error));
process.on("unhandledRejection", (reason) => session.uncaught("UnhandledPromiseRejection", reason));
// A kernel whose runner was killed would live on.
whenParentEnds(() => process.exit(1));
restoreRemoved();

const server = kernelServer(tslab.jupyter.ZmqServer, session, configPath, () => {
  // Whatever a cell left running, a timer or a server, must not keep the kernel.
  setTimeout(() => process.exit(0), 100);
});
// Without its sockets it could never answer, and whoever started it would wait: the reason goes to the process's own
// stderr, where the runner looks for a port that another program has taken meanwhile.
server.init().catch((error: unknown) => {
  writeSync(2, `Cannot start the kernel: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
});

/** tslab's display and server, without the compiler that it would load. */
function loadTslab(): {
  display: object;
  jupyter: { lastWriteDisplayData: unknown; ZmqServer: TslabServerClass };
} {
  const own = createRequire(require.resolve("tslab/package.json"));
  const put = (path: string, exports: object): void => {
    const module = new Module(path);
    module.exports = exports;
    module.loaded = true;
    require.cache[path] = module as NodeJS.Module;
  };
  put(own.resolve("@tslab/typescript-for-tslab"), { version: "6.0.3" });
  put(own.resolve("./dist/converter"), {});
  // Its output socket refuses more than 512 messages that are not yet sent; here it takes everything at once.
  const zeromq = own("zeromq") as { Publisher: new (options?: object) => object };
  class Publisher extends zeromq.Publisher {
    constructor(options?: object) {
      super({ ...options, sendTimeout: 0, sendHighWaterMark: 0 });
    }
  }
  put(own.resolve("zeromq"), { ...zeromq, __esModule: true, Publisher });
  return {
    display: own("./dist/public") as object,
    jupyter: own("./dist/jupyter") as { lastWriteDisplayData: unknown; ZmqServer: TslabServerClass },
  };
}

/** @tensorflow/tfjs-node calls two functions that Node 23 removed. */
function restoreRemoved(): void {
  const removed: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, test] of Object.entries(removed)) {
    if (!(name in util))
      Object.defineProperty(util, name, { value: test, configurable: true, writable: true });
  }
}
