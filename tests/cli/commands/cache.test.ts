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
  expect(cacheFolder({ TELELINK_CACHE: "", XDG_CACHE_HOME: "" }, "/home", "linux")).toBe(
    join("/home", ".cache", "telelink"),
  );
  expect(cacheFolder({}, "/home", "linux")).toBe(join("/home", ".cache", "telelink"));
  expect(cacheFolder({}, "/home", "darwin")).toBe(join("/home", "Library", "Caches", "telelink"));
  expect(cacheFolder({ LOCALAPPDATA: "local" }, "/home", "win32")).toBe(join("local", "telelink", "cache"));
});

test("telelink cache lists what is kept with its size, and clears its own alone, wherever TELELINK_CACHE points", async () => {
  const home = mkdtempSync(join(tmpdir(), "telelink-cache-"));
  try {
    const folder = join(home, "kept");
    const own = "typescript-0123456789abcdef.snapshot";
    mkdirSync(join(folder, "tensorflow-cpu-2.15.1", "lib"), { recursive: true });
    writeFileSync(join(folder, "tensorflow-cpu-2.15.1", "lib", "a.so"), Buffer.alloc(500));
    writeFileSync(join(folder, own), Buffer.alloc(1000));
    mkdirSync(join(folder, "photos"));
    writeFileSync(join(folder, "thesis.md"), "somebody's own");
    writeFileSync(join(home, "beside"), "stays");
    vi.stubEnv("TELELINK_CACHE", folder);
    let out = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += text;
      return true;
    });
    let said = "";
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      said += text;
      return true;
    });
    expect(await run(["cache", "list", "--json"])).toBe(0);
    expect(JSON.parse(out)).toEqual({
      folder,
      entries: [
        { name: "tensorflow-cpu-2.15.1", bytes: 500 },
        { name: own, bytes: 1000 },
      ],
      others: 2,
    });
    expect(await run(["cache", "clear"])).toBe(0);
    expect(readdirSync(folder)).toEqual(["photos", "thesis.md"]);
    expect(said).toContain("2 other files and folders there are not telelink's, and stay");
    expect(existsSync(join(home, "beside"))).toBe(true);
  } finally {
    rmSync(home, { recursive: true });
  }
});
