import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Running, startServer } from "../../src/serve/server";
import { peerPython } from "../support";
import { quietSettings } from "./quiet-settings";

// A Python with scripts/peers-api.txt.
const schemathesis = [peerPython("api")]
  .filter((python) => python !== undefined)
  .map((python) => join(dirname(python), "schemathesis"))
  .find((file) => existsSync(file));

let folder: string;
let running: Running;
beforeAll(async () => {
  if (!schemathesis) return;
  folder = mkdtempSync(join(tmpdir(), "telelink-schemathesis-"));
  writeFileSync(join(folder, "customers.csv"), "a,b\n1,x\n2,y\n");
  running = await startServer(
    quietSettings({ port: 0, data: folder, store: join(folder, "s.db"), reports: folder }),
    "0.0.0",
  );
});
afterAll(async () => {
  await running?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!schemathesis)(
  "schemathesis finds nothing wrong with the API, by all of its checks",
  async () => {
    const config = join(__dirname, "schemathesis.toml");
    const args = [
      ...["--config-file", config, "run", `${running.address}/docs/json`, "--checks", "all"],
      ...["--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--seed", "1"],
      ...["--continue-on-failure", "--no-color", "--generation-database", "none"],
    ];
    const child = spawn(schemathesis as string, args, { cwd: folder });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (bytes) => {
        said += bytes;
      });
    const code = await new Promise((done) => child.once("close", done));
    const failures = said.slice(said.indexOf("= FAILURES ="));
    expect(code, failures).toBe(0);
    expect(said).toMatch(/[1-9]\d* generated, [1-9]\d* passed/);
    expect((await fetch(`${running.address}/online`)).ok).toBe(true);
  },
  240_000,
);
