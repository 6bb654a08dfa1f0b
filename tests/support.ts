import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "..");

/** Golden values made by scripts/make-reference.py. */
export function reference<T>(name: string): T {
  return JSON.parse(readFileSync(join(root, "tests", "reference", `${name}.json`), "utf8")) as T;
}

/** The folder of the real data sets, or undefined: then `test.skipIf(!realData)` names what was left out. */
export const realData: string | undefined = [
  process.env.TELELINK_DATA,
  join(root, "..", "shared", "data"),
  join(root, "data", "raw"),
].find((folder) => folder !== undefined && existsSync(join(folder, "churn-bigml-80.csv")));

/** A Python with the packages of scripts/peers.txt, or undefined. */
export const python: string | undefined = [
  process.env.TELELINK_PYTHON,
  join(root, ".cache", "peers", "bin", "python"),
].find((file) => file !== undefined && existsSync(file));

/** The Python of `make peers-NAME`, or the one that TELELINK_NAME_PYTHON names; undefined where neither is there. */
export function peerPython(name: "api" | "spark"): string | undefined {
  return [
    process.env[`TELELINK_${name.toUpperCase()}_PYTHON`],
    join(root, ".cache", `peers-${name}`, "bin", "python"),
  ].find((file) => file !== undefined && existsSync(file));
}

/** Headless Chromium, or undefined. */
export const chromium: string | undefined = [
  process.env.TELELINK_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((file) => file !== undefined && existsSync(file));
