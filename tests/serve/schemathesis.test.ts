import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, startServer } from "../../src/serve/server";
import { peerPython } from "../support";
import { quietSettings } from "./quiet-settings";
import { train } from "./trained";

// A Python with scripts/peers-api.txt. TELELINK_EXAMPLES=100 tries more of each operation than a run of all tests has time for.
const schemathesis = [peerPython("api")]
  .filter((python) => python !== undefined)
  .map((python) => join(dirname(python), "schemathesis"))
  .find((file) => existsSync(file));

describe.skipIf(!schemathesis)("schemathesis finds nothing wrong with the API, by all of its checks", () => {
  const folder = mkdtempSync(join(tmpdir(), "telelink-schemathesis-"));
  const store = join(folder, "s.db");
  let running: Running;
  beforeAll(async () => {
    writeFileSync(join(folder, "customers.csv"), "a,b\n1,x\n2,y\n");
    await train(folder, store, "telco", "own", "--id", "customerID", "--alias", "tried");
    running = await startServer(quietSettings({ port: 0, data: folder, store, reports: folder }), "0.0.0");
  });
  afterAll(async () => {
    await running?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function findNothing(...more: string[]): Promise<void> {
    const args = [
      ...["--config-file", join(__dirname, "schemathesis.toml")],
      ...["run", `${running.address}/docs/json`, "--checks", "all"],
      ...["--max-examples", process.env.TELELINK_EXAMPLES ?? "8", "--seed", "1"],
      ...["--continue-on-failure", "--no-color", "--generation-database", "none", ...more],
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
  }

  /** What is said of each path, with the schemas that it refers to in their place. */
  async function operations(): Promise<Readonly<Record<string, string>>> {
    const { paths, components } = await (await fetch(`${running.address}/docs/json`)).json();
    const whole = (said: unknown): string =>
      JSON.stringify(said).replace(/\{"\$ref":"#\/components\/schemas\/(\w+)"\}/g, (_, name) =>
        whole(components.schemas[name]),
      );
    return Object.fromEntries(Object.entries(paths).map(([path, said]) => [path, whole(said)]));
  }

  test(
    "with examples and at the limits of what it describes",
    () => findNothing("--phases", "examples,coverage"),
    240_000,
  );

  test("with made-up requests", () => findNothing("--phases", "fuzzing"), 240_000);

  test("in the operations that a champion of other columns changes", async () => {
    const before = await operations();
    const body = JSON.stringify({ model: "own" });
    const headers = { "content-type": "application/json" };
    const put = await fetch(`${running.address}/models/champion`, { method: "PUT", headers, body });
    expect(put.status).toBe(200);
    const now = await operations();
    const changed = Object.keys(now).filter((path) => now[path] !== before[path]);
    expect(changed).toContain("/predict");
    await findNothing(
      "--phases",
      "examples,coverage,fuzzing",
      ...changed.flatMap((path) => ["--include-path", path]),
    );
  }, 240_000);
});
