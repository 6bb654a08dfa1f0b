import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
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
