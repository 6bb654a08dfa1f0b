import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { peerPython } from "../support";

const root = resolve(__dirname, "..", "..");
const api = peerPython("api");
const folders = [...(api ? [dirname(api)] : []), ...(process.env.PATH ?? "").split(":")];
const program = (name: string): string | undefined =>
  folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
const hadolint = program("hadolint");
const shellcheck = program("shellcheck");

test.skipIf(!hadolint)("hadolint finds nothing to say about the Dockerfile", () => {
  const { stdout, status } = spawnSync(hadolint as string, ["Dockerfile"], { cwd: root, encoding: "utf8" });
  expect([status, stdout]).toEqual([0, ""]);
});

test.skipIf(!shellcheck)("shellcheck finds nothing to say about the scripts of deploy/", () => {
  const scripts = ["deploy.sh", "rehearse.sh", "setup-ec2.sh"].map((name) => join("deploy", name));
  const { stdout, status } = spawnSync(shellcheck as string, scripts, { cwd: root, encoding: "utf8" });
  expect([status, stdout]).toEqual([0, ""]);
});

test("every row of SECURITY.md's checklist names tests that are there", () => {
  const rows = [
    ...readFileSync(join(root, "SECURITY.md"), "utf8").matchAll(/^\| (\d+\.\S*|CSV) .*\| (.+?) +\|$/gm),
  ];
  expect(rows.length).toBeGreaterThan(25);
  for (const [, row, tests] of rows) {
    if (tests === "docs/DEPLOY.md") continue;
    const named = [...tests.matchAll(/([\w/-]+) "([^"]+)"/g)];
    expect(named.length, row).toBe(tests.split("; ").length);
    for (const [, file, title] of named) {
      const source = readFileSync(join(root, "tests", `${file}.test.ts`), "utf8");
      expect(
        [`"${title}`, `\`${title}`].some((words) => source.includes(words)),
        `${file}: ${title}`,
      ).toBe(true);
    }
  }
});

test("setup-ec2.sh says what is left to be set where no name is given, and writes the one that is", () => {
  const script = readFileSync(join(root, "deploy", "setup-ec2.sh"), "utf8");
  const part = script.slice(
    script.indexOf("# The names by which"),
    script.indexOf("# The image is built on the host"),
  );
  const folder = mkdtempSync(join(tmpdir(), "telelink-setup-"));
  const file = join(folder, "telelink.env");
  const setup = (hosts?: string) => {
    const { TELELINK_HOSTS: _, ...env } = process.env;
    return spawnSync("bash", ["-euo", "pipefail", "-c", part.replaceAll("/etc/telelink.env", file)], {
      env: hosts === undefined ? env : { ...env, TELELINK_HOSTS: hosts },
      encoding: "utf8",
    });
  };
  writeFileSync(file, "TELELINK_API_KEY=k\n");
  expect(setup().stdout).toContain("TELELINK_HOSTS=customers.example.com");
  expect(setup("desk.example.com").stdout).toContain("answers as desk.example.com");
  expect(setup("other.example.com").stdout).toContain("answers as desk.example.com");
  expect(readFileSync(file, "utf8")).toBe("TELELINK_API_KEY=k\nTELELINK_HOSTS=desk.example.com\n");
  rmSync(folder, { recursive: true });
});

test("rehearse.sh does the Dockerfile's steps, by the same commands", () => {
  const docker = readFileSync(join(root, "Dockerfile"), "utf8").replace(/\\\n\s*/g, " ");
  const script = readFileSync(join(root, "deploy", "rehearse.sh"), "utf8");
  const built = docker.slice(0, docker.indexOf("# Run:"));
  const steps = [...built.matchAll(/^RUN (.*)$/gm)].flatMap(([, line]) => line.split(/\s+&&\s+/));
  const [, command] = /^CMD (\[.*\])$/m.exec(docker) ?? [];
  steps.push((JSON.parse(command) as string[]).join(" "));
  expect(steps).toHaveLength(5);
  for (const step of steps) expect(script).toContain(step);
});
