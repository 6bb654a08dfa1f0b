import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { storeError } from "../../src/data/store/open";
import { startServer } from "../../src/serve/server";
import { settings } from "../../src/serve/settings";

const folder = mkdtempSync(join(tmpdir(), "telelink-server-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a server that can't open its store or listen says so before it trains anything", async () => {
  const said: string[] = [];
  const start = (more: Record<string, string>): Promise<unknown> =>
    startServer(
      settings({ store: join(folder, "s.db"), port: "0", logLevel: "silent", ...more }, {}),
      "0.0.0",
      (line) => said.push(line),
    );
  writeFileSync(join(folder, "file"), "no store");
  await expect(start({ store: join(folder, "file", "s.db") })).rejects.toThrow(
    /a file stands where a folder/,
  );
  await expect(start({ store: join(folder, "file") })).rejects.toThrow(/not a SQLite database/);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = String((other.address() as AddressInfo).port);
  await expect(start({ port })).rejects.toThrow(`Cannot listen on 127.0.0.1:${port}: no other program may`);
  other.close();
  expect(said).toEqual([]);
  // As the driver tells of a file that may only be read.
  const unwritable = { code: "UNKNOWN_SQLITE_ERROR_1544", rawCode: 1544, message: "attempt to write" };
  expect(storeError(unwritable, "open", "s.db")).toMatchObject({ code: "SQLITE_READONLY" });
});
