import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { integrity } from "./backup";
import { journalFolder, readSegment, segmentNames } from "./journal";
import { listKeys } from "./keys";
import { openStore } from "./open";
import { predictionStats } from "./predictions";
import { countOf } from "./rows";
import { liveServers } from "./servers";

/** Cells that hold JSON. */
const cellsOfJson = [
  ["telelink_models", "metadata"],
  ["telelink_jobs", "input"],
  ["telelink_job_events", "event"],
  ["telelink_inputs", "counts"],
  ["telelink_keys", "scopes"],
  ["telelink_schedules", "command"],
  ["telelink_audit", "detail"],
] as const;

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly said: string;
}

/** Looks at all that can be wrong with a store and its folder; opening it takes back what dead processes left. */
export function examineStore(file: string): Finding[] {
  const found: Finding[] = [];
  const say = (what: string, ok: boolean, said: string): void => void found.push({ what, ok, said });
  if (!existsSync(file)) {
    say("store", false, `there is none at ${file}; telelink serve makes one`);
    return found;
  }
  const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8).padStart(4, "0");
  const isPrivate = (path: string): boolean => (statSync(path).mode & 0o077) === 0;
  say(
    "file",
    isPrivate(file),
    `mode ${mode(file)}${isPrivate(file) ? "" : "; others may read it: chmod 600"}`,
  );
  const folder = dirname(file);
  say(
    "folder",
    isPrivate(folder),
    `mode ${mode(folder)}${isPrivate(folder) ? "" : "; others may look into it: chmod 700, or a folder of its own"}`,
  );
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 2 ** 20;
  say("disk", free > 100, `${Math.floor(free)} MB free`);
  let store: ReturnType<typeof openStore>;
  try {
    store = openStore(file);
  } catch (error) {
    say("store", false, (error as Error).message);
    return found;
  }
  try {
    const faults = integrity(store);
    say("pages", faults[0] === "ok", faults.slice(0, 3).join("; "));
    const broken = countOf(store, "pragma_foreign_key_check");
    say("references", broken === 0, broken === 0 ? "whole" : `${broken} rows point at nothing`);
    const damaged = cellsOfJson.flatMap(([table, column]) => {
      const bad = countOf(store, `${table} WHERE NOT json_valid(${column})`);
      return bad > 0 ? [`${bad} of ${table}.${column}`] : [];
    });
    say(
      "cells",
      damaged.length === 0,
      damaged.length === 0 ? "can be read" : `can't be read: ${damaged.join(", ")}`,
    );
    const n = countOf(store, "telelink_predictions WHERE shadow = 0");
    const totals = predictionStats(store).predictions;
    say("totals", n === totals, n === totals ? `${n} predictions` : `${totals} counted, ${n} kept`);
    const servers = liveServers(store);
    say("servers", true, `${servers.size} that live`);
    const waiting = segmentNames(journalFolder(store.file));
    const rows = waiting.reduce(
      (sum, text) => sum + readSegment(journalFolder(store.file), text).rows.length,
      0,
    );
    const stuck = rows > 0 && servers.size === 0;
    say("waiting", !stuck, `${rows} predictions${stuck ? "; the next server takes them over" : ""}`);
    const jobs = countOf(store, "telelink_jobs WHERE state = 'running'");
    const orphans = servers.size === 0 && jobs > 0;
    say("jobs", !orphans, `${jobs} running${orphans ? "; the next server begins them again" : ""}`);
    const keys = listKeys(store).filter((key) => key.revoked === undefined);
    say("keys", true, `${keys.length} in use`);
  } finally {
    store.close();
  }
  return found;
}
