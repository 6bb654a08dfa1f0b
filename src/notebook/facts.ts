import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What a report says about the program and the machine that made it. */
export interface Facts {
  readonly telelink: string;
  readonly node: string;
  readonly platform: string;
  /** The commit of the notebook's folder, with "and uncommitted changes" where there are any; "" outside of git. */
  readonly commit: string;
}

/** The folder of this package, where it was built. */
export const packageRoot: string = resolve(__dirname, "..", "..");

/** The facts for notebooks in `folder`. */
export function factsOf(folder: string): Facts {
  const { version } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  return {
    telelink: version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    commit: commitOf(folder),
  };
}

function commitOf(folder: string): string {
  const args = ["describe", "--always", "--abbrev=12", "--exclude=*", "--dirty= and uncommitted changes"];
  const done = spawnSync("git", args, { cwd: folder, encoding: "utf8", timeout: 5000 });
  return done.status === 0 ? done.stdout.trim() : "";
}

/** The version of the tslab that is installed beside this package. */
export function tslabVersion(): string {
  const file = join(dirname(require.resolve("tslab/package.json")), "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/**
 * The moment that a report bears: now, or that of SOURCE_DATE_EPOCH (seconds since 1970). When that is set, durations
 * are left out too, and the same inputs give the same bytes.
 */
export function reportMoment(): { readonly at: Date; readonly fixed: boolean } {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  return epoch !== undefined && /^\d+$/.test(epoch)
    ? { at: new Date(1000 * Number(epoch)), fixed: true }
    : { at: new Date(), fixed: false };
}

const months = "January February March April May June July August September October November December".split(
  " ",
);

/** "21 November 2026", in universal time. */
export function readableDate(at: Date): string {
  return `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** Everything that a notebook's outputs depend on: a name for readers, and a hash or a value. */
export type Inputs = Readonly<Record<string, string>>;
