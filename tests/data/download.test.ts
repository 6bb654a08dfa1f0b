import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { downloadSource } from "../../src/data/sources/download";
import { loadSource } from "../../src/data/sources/load-source";
import { findSource, type PublicSource, publicSource, readSource } from "../../src/data/sources/sources";

const folder = mkdtempSync(join(tmpdir(), "telelink-download-"));
afterAll(() => rmSync(folder, { recursive: true }));
const servers: Server[] = [];
afterEach(() => {
  for (const one of servers.splice(0)) {
    one.closeAllConnections();
    one.close();
  }
});

const body = "a,b\n1,2\n".repeat(50_000);
const sha256 = createHash("sha256").update(body).digest("hex");

/** A data set published on this machine by `answer`. */
async function published(answer: RequestListener): Promise<PublicSource> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.csv`;
  return { ...publicSource("telco"), name: "local", file: "data.csv", url, sha256, bytes: body.length };
}

const nothingLeft = (): void => expect(readdirSync(folder)).toEqual([]);

describe("downloadSource(source, folder)", () => {
  test("gives the path of a file with the right hash, and tells its progress", async () => {
    const source = await published((_, answer) => answer.end(body));
    const seen: number[] = [];
    const path = await downloadSource(source, join(folder, "new"), {
      progress: (step) => seen.push(step.done),
    });
    expect(readFileSync(path, "utf8")).toBe(body);
    expect(seen.at(-1)).toBe(body.length);
    expect(readdirSync(join(folder, "new"))).toEqual(["data.csv"]);
    rmSync(join(folder, "new"), { recursive: true });
  });

  test("follows a redirect", async () => {
    const source = await published((request, answer) => {
      if (request.url === "/data.csv") answer.writeHead(302, { location: "/there" }).end();
      else answer.end(body);
    });
    expect(readFileSync(await downloadSource(source, folder), "utf8")).toBe(body);
    rmSync(join(folder, "data.csv"));
  });

  test("refuses the wrong bytes, showing both hashes", async () => {
    const other = body.replace("1", "7");
    const source = await published((_, answer) => answer.end(other));
    const found = createHash("sha256").update(other).digest("hex");
    await expect(downloadSource(source, folder)).rejects.toThrow(
      `its SHA-256 must be ${sha256}, got ${found}`,
    );
    nothingLeft();
  });

  test("refuses a body that is too short, too long, or cut off", async () => {
    const short = await published((_, answer) => answer.end(body.slice(1)));
    await expect(downloadSource(short, folder)).rejects.toThrow(
      `must have ${body.length} bytes, got ${body.length - 1}`,
    );
    const long = await published((_, answer) => answer.end(body + body));
    await expect(downloadSource(long, folder)).rejects.toThrow(`must have ${body.length} bytes, got more`);
    const cut = await published((_, answer) => {
      answer.writeHead(200, { "content-length": body.length });
      answer.write(body.slice(0, 1000), () => answer.destroy());
    });
    await expect(downloadSource(cut, folder)).rejects.toThrow(
      /Cannot download local from http.*: (other side closed|terminated)/,
    );
    nothingLeft();
  });

  test("says what the server answered", async () => {
    const source = await published((_, answer) => answer.writeHead(404).end("no"));
    await expect(downloadSource(source, folder)).rejects.toThrow(
      "the server must answer 200, got 404 Not Found",
    );
    nothingLeft();
  });

  test("gives up on a server that stalls, and on one that isn't there", async () => {
    const source = await published((_, answer) => void answer.write("a,b\n"));
    await expect(downloadSource(source, folder, { timeoutMs: 150 })).rejects.toThrow(
      "it must end within 150 ms",
    );
    await expect(downloadSource({ ...source, url: "http://127.0.0.1:9/" }, folder)).rejects.toThrow(
      /Cannot download local/,
    );
    nothingLeft();
  });

  test("stops when told to", async () => {
    const source = await published((_, answer) => void answer.write("a,b\n"));
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 100);
    await expect(downloadSource(source, folder, { signal: stop.signal })).rejects.toThrow("enough");
    nothingLeft();
  });

  test("keeps the file that was there when a new one fails", async () => {
    writeFileSync(join(folder, "data.csv"), "before");
    const source = await published((_, answer) => answer.end("wrong"));
    await expect(downloadSource(source, folder)).rejects.toThrow("must have");
    expect(readFileSync(join(folder, "data.csv"), "utf8")).toBe("before");
    rmSync(join(folder, "data.csv"));
  });
});

describe("a file found with the wrong hash", () => {
  test("is an error that shows both hashes, not replaced by simulated rows", async () => {
    const source = publicSource("telco");
    writeFileSync(join(folder, source.file), "customerID\n1\n");
    const path = findSource(source, [folder]) as string;
    const found = createHash("sha256").update("customerID\n1\n").digest("hex");
    const message = `Cannot use ${path} as telco: its SHA-256 must be ${source.sha256}, got ${found}`;
    expect(() => readSource(source, path)).toThrow(message);
    await expect(loadSource("telco", { folders: [folder] })).rejects.toThrow(message);
    rmSync(path);
  });
});
