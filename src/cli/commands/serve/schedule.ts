import { Command } from "commander";
import { print, printJson, printTable } from "../../support/output";
import { storeCommand, withStore } from "../../support/store-option";

interface Options {
  readonly store: string;
  readonly json?: boolean;
  readonly zone: string;
  readonly minutes: string;
}

/** `telelink schedule`: commands that the servers of a store run by the clock. */
export function scheduleCommand(): Command {
  const schedule = new Command("schedule")
    .description(
      "run score, predict, train, ingest and others by the clock, while a server of the store runs",
    )
    .addHelpText(
      "after",
      `
The servers of the store (telelink serve) look every five seconds; each time is run by one of them, in the folder in which
the schedule was set. A time that passes while no server is there, or while the run before is at work, is left out and
counted. Addresses (s3://, https://, postgresql://) take their credentials from the server's environment.

Examples:
  $ telelink schedule set nightly "0 2 * * *" -- score --data customers.csv --out scores.csv
  $ telelink schedule set monthly "30 3 1 * *" --zone Europe/Berlin -- train --data customers.csv --target churn --out churn.tlm
  $ telelink schedule list
  $ telelink schedule remove nightly`,
    );
  const sub = (name: string, about: string): Command => storeCommand(schedule, name, about);
  sub("set", "set a schedule, in place of one of the same name")
    .argument("<name>", "what it is called")
    .argument("<cron>", "minute, hour, day of month, month, day of week, such as 0 6 * * 1-5")
    .argument("<command...>", "a telelink command, after --")
    .option("--zone <zone>", "the time zone of the cron line, such as Europe/Berlin", "UTC")
    .option("--minutes <number>", "a run that takes longer is ended", "360")
    .action(async (name: string, cron: string, command: string[], options: Options) => {
      const [{ setSchedule }, { wholeNumber }] = await Promise.all([
        import("../../../data/store/schedules.js"),
        import("../../support/options.js"),
      ]);
      const minutes = wholeNumber(options.minutes, "--minutes", 1, 10_080);
      const made = { name, cron, zone: options.zone, command, folder: process.cwd(), minutes };
      const set = await withStore(options.store, (store) => setSchedule(store, made));
      if (options.json) printJson(set);
      else
        print(
          `${set.name}: telelink ${command.join(" ")}, first at ${set.due}, while a server of the store runs`,
        );
    });
  sub("list", "the schedules, and how their last runs ended").action(async (options: Options) => {
    const { listSchedules } = await import("../../../data/store/schedules.js");
    const found = await withStore(options.store, listSchedules);
    if (options.json) return printJson(found);
    printTable(
      ["name", "cron", "next", "last run", "missed", "command"],
      found.map((one) => [
        one.name,
        `${one.cron} ${one.zone}`,
        one.due,
        one.owner !== undefined
          ? `running since ${one.started}`
          : one.ended === undefined
            ? "none yet"
            : `${one.exitCode === 0 ? "well" : `exit code ${one.exitCode ?? "none"}: ${one.said}`} (${one.ended})`,
        String(one.missed),
        one.command.join(" "),
      ]),
    );
  });
  sub("remove", "remove a schedule")
    .argument("<name>", "what it is called")
    .action(async (name: string, options: Options) => {
      const { removeSchedule } = await import("../../../data/store/schedules.js");
      await withStore(options.store, (store) => removeSchedule(store, name));
      if (!options.json) print(`${name} is removed`);
    });
  return schedule;
}
