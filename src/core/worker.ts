import { resolve } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Task } from "./pool";

// The other end of pool.ts: receives the name of a task and its input, answers with its value or its error.
const port = parentPort;
if (port) {
  const { built } = workerData as { built: string };
  port.on("messageerror", (error) => port.postMessage({ error }));
  port.on("message", async (message: { file: string; name: string; input: unknown }) => {
    try {
      const module = require(resolve(built, `${message.file}.js`)) as Record<string, Task<unknown, unknown>>;
      port.postMessage({ value: await module[message.name].run(message.input) });
    } catch (error) {
      port.postMessage({ error });
    }
  });
}
