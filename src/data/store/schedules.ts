import { Cron } from "croner";
import { check } from "../../core/checks";
import { type Store, transaction } from "./open";
import { rowsOf } from "./rows";

/** Commands that can be run by schedule: what needs nobody at the terminal. */
export const scheduledCommands = [
  "score",
  "predict",
  "train",
  "ingest",
  "evaluate",
  "retain",
  "clv",
  "backup",
  "share",
] as const;

/** A command that the servers of a store run whenever its time has come. */
export interface Schedule {
  readonly name: string;
  /** A cron line: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** The time zone of the cron line, as Europe/Berlin. */
  readonly zone: string;
  readonly command: readonly string[];
  /** Where its paths begin. */
  readonly folder: string;
  /** A run that takes longer is ended. */
  readonly minutes: number;
  /** When it is due next. */
  readonly due: string;
  /** The server that runs it now. */
  readonly owner?: string;
  readonly started?: string;
  readonly ended?: string;
  readonly exitCode?: number;
  /** The last line that the last run said of itself. */
  readonly said?: string;
  /** Times that passed without a run: no server was there, or the run before was not at its end. At most 1,000 in a row count. */
  readonly missed: number;
}

/** Missed times that are counted one by one, while nobody else can write: a year of minutes would take a minute. */
const mostMissed = 1000;

/** When what has no time to come is due. */
const never = "9999-12-31T00:00:00.000Z";

export type NewSchedule = Pick<Schedule, "name" | "cron" | "zone" | "command" | "folder" | "minutes">;

/** Keeps a schedule, in place of one of the same name. */
export function setSchedule(store: Store, made: NewSchedule, now: Date = new Date()): Schedule {
  const action = "set the schedule";
  check(
    /^[\w.-]{1,100}$/.test(made.name),
    action,
    "its name must hold letters, digits and _.- alone",
    made.name,
  );
  const [command] = made.command;
  check(
    (scheduledCommands as readonly string[]).includes(command ?? ""),
    action,
    `the command must be one of ${scheduledCommands.join(", ")}`,
    command ?? "none",
  );
  const secret = made.command.find((part) => /^[a-z0-9]+:\/\/[^/@]*:[^/@]*@/i.test(part));
  check(
    secret === undefined,
    action,
    "an address must hold no password, as the store would keep it: set PGPASSWORD for the server",
  );
  check(
    !made.command.includes("--every") && !made.command.includes("-"),
    action,
    "the command must end by itself and need no standard input",
  );
  const due = nextTime(made, now);
  check(due !== undefined, action, "the cron line must have a time to come", made.cron);
  transaction(store, "set a schedule of", () =>
    store.db
      .prepare(
        `INSERT INTO telelink_schedules (name, cron, zone, command, folder, minutes, due, missed) VALUES (?, ?, ?, ?, ?, ?, ?, 0)
         ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, zone = excluded.zone, command = excluded.command,
           folder = excluded.folder, minutes = excluded.minutes, due = excluded.due`,
      )
      .run(
        made.name,
        made.cron,
        made.zone,
        JSON.stringify(made.command),
        made.folder,
        made.minutes,
        due.toISOString(),
      ),
  );
  return listSchedules(store).find((one) => one.name === made.name) as Schedule;
}

export function removeSchedule(store: Store, name: string): void {
  transaction(store, "remove a schedule of", () => {
    const { changes } = store.db.prepare("DELETE FROM telelink_schedules WHERE name = ?").run(name);
    check(changes === 1, "remove the schedule", "there must be one of that name", name);
  });
}

/** The schedules by name. */
export function listSchedules(store: Store): Schedule[] {
  const columns =
    "name, cron, zone, command, folder, minutes, due, owner, started, ended, exit_code AS exitCode, said, missed";
  return rowsOf(store, `SELECT ${columns} FROM telelink_schedules ORDER BY name`, [], { command: [] });
}

/**
 * Takes what is due for this owner: each time is taken by one server. Times that passed meanwhile count as missed, and
 * so does one that comes while the run before is at work; a run whose server is dead is told of and given up.
 */
export function takeDue(
  store: Store,
  owner: string,
  lives: (owner: string) => boolean,
  now: Date = new Date(),
): Schedule[] {
  const at = now.toISOString();
  // Whoever only looks does not keep others from writing.
  if (!listSchedules(store).some((one) => one.due <= at || (one.owner && !lives(one.owner)))) return [];
  return transaction(store, "take what is due from", () => {
    const taken: Schedule[] = [];
    for (const one of listSchedules(store)) {
      const busy = one.owner !== undefined && lives(one.owner);
      if (one.owner !== undefined && !busy)
        endRun(store, one, undefined, "its server ended in the middle of it", now);
      if (one.due > at) continue;
      let passed = 0;
      let next: Date | undefined = new Date(one.due);
      try {
        while (next !== undefined && next <= now) next = nextTime(one, ++passed < mostMissed ? next : now);
      } catch (error) {
        // It must not keep the others from their time.
        endRun(store, one, undefined, (error as Error).message, now);
        store.db.prepare("UPDATE telelink_schedules SET due = ? WHERE name = ?").run(never, one.name);
        continue;
      }
      const missed = busy ? passed : passed - 1;
      store.db
        .prepare("UPDATE telelink_schedules SET due = ?, missed = missed + ? WHERE name = ?")
        .run(next?.toISOString() ?? never, missed, one.name);
      if (busy) continue;
      store.db
        .prepare("UPDATE telelink_schedules SET owner = ?, started = ? WHERE name = ?")
        .run(owner, at, one.name);
      taken.push(one);
    }
    return taken;
  });
}

/** Notes how a run ended; `exitCode` is undefined where it was broken off. */
export function endRun(
  store: Store,
  { name }: Pick<Schedule, "name">,
  exitCode: number | undefined,
  said: string,
  now: Date = new Date(),
): void {
  store.db
    .prepare("UPDATE telelink_schedules SET owner = NULL, ended = ?, exit_code = ?, said = ? WHERE name = ?")
    .run(now.toISOString(), exitCode ?? null, said.slice(0, 1000), name);
}

function nextTime({ cron, zone }: Pick<Schedule, "cron" | "zone">, after: Date): Date | undefined {
  try {
    return new Cron(cron, { timezone: zone, paused: true, mode: "5-part" }).nextRun(after) ?? undefined;
  } catch (error) {
    throw new RangeError(
      `Cannot set the schedule: it must be a cron line such as "0 6 * * 1-5" in a zone such as Europe/Berlin, got ${JSON.stringify(cron)} in ${zone} (${(error as Error).message})`,
    );
  }
}
