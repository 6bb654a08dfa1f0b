import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../../src/serve/server";
import { peerPython } from "../support";
import { quietSettings } from "./quiet-settings";
import { train } from "./trained";

// A Python with scripts/peers-api.txt. TELELINK_EXAMPLES=100 tries more of each operation than a run of all tests has time for.
const schemathesis = [peerPython("api")]
  .filter((python) => python !== undefined)
  .map((python) => join(dirname(python), "schemathesis"))
  .find((file) => existsSync(file));

test.skipIf(!schemathesis).each(["none of its own", "one of other columns"])(
  "schemathesis finds nothing wrong with the API, by all of its checks; the champion is %s",
  async (champion) => {
    const folder = mkdtempSync(join(tmpdir(), "telelink-schemathesis-"));
    const store = join(folder, "s.db");
    writeFileSync(join(folder, "customers.csv"), "a,b\n1,x\n2,y\n");
    if (champion !== "none of its own")
      await train(folder, store, "telco", "own", "--id", "customerID", "--alias", "champion");
    const running = await startServer(
      quietSettings({ port: 0, data: folder, store, reports: folder }),
      "0.0.0",
    );
    try {
      const config = join(__dirname, "schemathesis.toml");
      const args = [
        ...["--config-file", config, "run", `${running.address}/docs/json`, "--checks", "all"],
        ...[
          "--phases",
          "examples,coverage,fuzzing",
          "--max-examples",
          process.env.TELELINK_EXAMPLES ?? "8",
          "--seed",
          "1",
        ],
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
    } finally {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  240_000,
);
