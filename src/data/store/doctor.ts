import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { journalFolder, readSegment, segmentNames } from "./journal";
import { listKeys } from "./keys";
import { openStore } from "./open";
import { predictionStats } from "./predictions";
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
    const { db } = store;
    const checks = db.prepare("SELECT integrity_check AS said FROM pragma_integrity_check").all() as {
      said: string;
    }[];
    say(
      "pages",
      checks[0]?.said === "ok",
      checks
        .map((check) => check.said)
        .slice(0, 3)
        .join("; "),
    );
    const broken = db.prepare("SELECT count(*) AS n FROM pragma_foreign_key_check").get() as { n: number };
    say("references", broken.n === 0, broken.n === 0 ? "whole" : `${broken.n} rows point at nothing`);
    const damaged = cellsOfJson.flatMap(([table, column]) => {
      const { bad } = db
        .prepare(`SELECT count(*) AS bad FROM ${table} WHERE NOT json_valid(${column})`)
        .get() as {
        bad: number;
      };
      return bad > 0 ? [`${bad} of ${table}.${column}`] : [];
    });
    say(
      "cells",
      damaged.length === 0,
      damaged.length === 0 ? "can be read" : `can't be read: ${damaged.join(", ")}`,
    );
    const { n } = db.prepare("SELECT count(*) AS n FROM telelink_predictions WHERE shadow = 0").get() as {
      n: number;
    };
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
    const jobs = db.prepare("SELECT count(*) AS n FROM telelink_jobs WHERE state = 'running'").get() as {
      n: number;
    };
    const orphans = servers.size === 0 && jobs.n > 0;
    say("jobs", !orphans, `${jobs.n} running${orphans ? "; the next server begins them again" : ""}`);
    const keys = listKeys(store).filter((key) => key.revoked === undefined);
    say("keys", true, `${keys.length} in use`);
  } finally {
    store.close();
  }
  return found;
}
