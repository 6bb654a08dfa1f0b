import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const main = resolve(__dirname, "..", "..", "dist", "cli", "main.js");

// Node itself, or the checkout, may lie in a home that only its owner may read: then the user stays who they are.
const root = process.getuid?.() === 0;
const other = { uid: 65534, gid: 65534 };
const user = root && spawnSync(process.execPath, [main, "--version"], other).status === 0 ? other : undefined;

// No Python, no compiler, no git on PATH; a home that can't be written to; a path with spaces and umlauts.
describe.skipIf(process.platform === "win32")("on a bare machine, as an unprivileged user", () => {
  const base = mkdtempSync(join(tmpdir(), "telelink bäre mächine "));
  const [home, bin, mine, closed] = ["home", "bin", "mine", "closed"].map((name) => join(base, name));

  function telelink(cwd: string, ...args: string[]): { status: number | null; out: string } {
    const env = { PATH: bin, HOME: home };
    const done = spawnSync(join(bin, "node"), [main, ...args], { cwd, env, encoding: "utf8", ...user });
    return { status: done.status, out: `${done.stdout}${done.stderr}${done.error ?? ""}` };
  }

  beforeAll(() => {
    for (const folder of [home, bin, mine, closed]) mkdirSync(folder);
    symlinkSync(process.execPath, join(bin, "node"));
    if (user) chownSync(mine, user.uid, user.gid);
    chmodSync(base, 0o755);
    for (const folder of [home, closed]) chmodSync(folder, 0o555);
  });
  afterAll(() => {
    for (const folder of [home, closed]) chmodSync(folder, 0o755);
    rmSync(base, { recursive: true, force: true });
  });

  test("notebooks become reports, and customers are made", () => {
    expect(telelink(mine, "reproduce", "--init")).toMatchObject({ status: 0 });
    expect(telelink(mine, "reproduce")).toMatchObject({ status: 0 });
    expect(existsSync(join(mine, "reports", "calls.html"))).toBe(true);
    expect(telelink(mine, "simulate", "--customers", "20", "--seed", "1", "--out", "c.csv")).toMatchObject({
      status: 0,
    });
    expect(telelink(mine, "cache", "list").out).toContain("nothing is kept");
  });

  // Root may write anywhere.
  test.skipIf(root && !user)("what cannot be written is said with the place and what helps", () => {
    expect(telelink(closed, "reproduce", "--init")).toEqual({
      status: 2,
      out: "telelink: Cannot write reports: . must be writable for this user\n",
    });
    expect(telelink(mine, "kernel", "install").out).toMatch(
      /^telelink: Cannot write .*kernels.tslab: you may not write there; choose another folder or ask for the right/,
    );
  });
});
