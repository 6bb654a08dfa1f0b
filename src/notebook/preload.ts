/**
 * Repairs tslab from inside its process; loaded with `node --require` before tslab itself.
 *
 * 1. Its output socket refuses more than 512 messages that are not yet sent, and tslab never awaits: output is lost and
 *    the cell never ends. Here the socket takes everything at once.
 * 2. @tensorflow/tfjs-node calls two functions that Node 23 removed.
 * 3. A kernel whose runner was killed would live on: it ends when its parent does.
 * 4. Cells can import only what lies below their notebook; here also the package's other folders (`../src/x`).
 * 5. Each cell is compiled twice, and its stack frames do not say which cell they are in (tslab-patches.ts).
 */
import Module from "node:module";
import util from "node:util";
import { packageFolder, patched, programFactory } from "./tslab-patches";

type Loader = (request: string, parent: unknown, isMain: boolean) => unknown;
interface Zeromq {
  readonly Publisher: new (options?: object) => object;
}

const internals = Module as unknown as {
  _load: Loader;
  prototype: { _compile(text: string, path: string, ...rest: unknown[]): unknown };
};
const load = internals._load;
const repaired = new WeakMap<object, object>();

internals._load = function (this: unknown, request, parent, isMain) {
  const loaded = load.call(this, request, parent, isMain);
  return request === "zeromq" ? repair(loaded as Zeromq) : loaded;
};

function repair(zmq: Zeromq): object {
  let copy = repaired.get(zmq);
  if (!copy) {
    class Publisher extends zmq.Publisher {
      constructor(options?: object) {
        super({ ...options, sendTimeout: 0, sendHighWaterMark: 0 });
      }
    }
    copy = { ...zmq, __esModule: true, Publisher };
    repaired.set(zmq, copy);
  }
  return copy;
}

const compile = internals.prototype._compile;
internals.prototype._compile = function (text, path, ...rest) {
  return compile.call(this, patched(path, text), path, ...rest);
};
// What the patched places of tslab call.
Object.assign(globalThis, { __telelink__: { program: programFactory, root: packageFolder, cell: 0 } });

const removed: Record<string, (value: unknown) => boolean> = {
  isNullOrUndefined: (value) => value === null || value === undefined,
  isArray: Array.isArray,
};
for (const [name, test] of Object.entries(removed)) {
  if (!(name in util)) Object.defineProperty(util, name, { value: test, configurable: true, writable: true });
}

const parent = Number(process.env.JPY_PARENT_PID);
if (Number.isInteger(parent) && parent > 1) {
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch (error) {
      // Without the right to signal it, it is still there.
      if ((error as NodeJS.ErrnoException).code === "ESRCH") process.exit(1);
    }
  }, 1000).unref();
}
