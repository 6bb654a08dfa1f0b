import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { run } from "../../../src/cli/main";
import { cacheFolder } from "../../../src/data/sources/cache-folder";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("cacheFolder() is TELELINK_CACHE, else the system's own place for caches", () => {
  expect(cacheFolder({ TELELINK_CACHE: "/a", XDG_CACHE_HOME: "/b" }, "/home", "linux")).toBe("/a");
  expect(cacheFolder({ XDG_CACHE_HOME: "/b" }, "/home", "linux")).toBe(join("/b", "telelink"));
  expect(cacheFolder({}, "/home", "linux")).toBe(join("/home", ".cache", "telelink"));
  expect(cacheFolder({}, "/home", "darwin")).toBe(join("/home", "Library", "Caches", "telelink"));
  expect(cacheFolder({ LOCALAPPDATA: "local" }, "/home", "win32")).toBe(join("local", "telelink", "cache"));
});

test("telelink cache lists what is kept with its size, and clears what lies in that folder alone", async () => {
  const home = mkdtempSync(join(tmpdir(), "telelink-cache-"));
  try {
    const folder = join(home, "kept");
    mkdirSync(join(folder, "snapshots"), { recursive: true });
    writeFileSync(join(folder, "snapshots", "a.bin"), Buffer.alloc(1000));
    writeFileSync(join(home, "beside"), "stays");
    vi.stubEnv("TELELINK_CACHE", folder);
    let out = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += text;
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    expect(await run(["cache", "list", "--json"])).toBe(0);
    expect(JSON.parse(out)).toEqual({ folder, entries: [{ name: "snapshots", bytes: 1000 }] });
    expect(await run(["cache", "clear"])).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(join(home, "beside"))).toBe(true);
  } finally {
    rmSync(home, { recursive: true });
  }
});
