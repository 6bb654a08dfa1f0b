#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { cacheCommand } from "./commands/cache";
import { completionCommand } from "./commands/completion";
import { dataCommand } from "./commands/data/data";
import { ingestCommand } from "./commands/data/ingest";
import { prepareCommand } from "./commands/data/prepare";
import { resampleCommand } from "./commands/data/resample";
import { simulateCommand } from "./commands/data/simulate";
import { demoCommand } from "./commands/demo";
import { evaluateCommand } from "./commands/models/evaluate";
import { explainCommand } from "./commands/models/explain";
import { exportCommand } from "./commands/models/export";
import { forecastCommand } from "./commands/models/forecast";
import { learnersCommand } from "./commands/models/learners";
import { predictCommand } from "./commands/models/predict";
import { scoreCommand } from "./commands/models/score";
import { describeLearners, trainCommand } from "./commands/models/train";
import { checkCommand } from "./commands/notebook/check";
import { compareCommand } from "./commands/notebook/compare";
import { kernelCommand } from "./commands/notebook/kernel";
import { renderCommand } from "./commands/notebook/render";
import { reproduceCommand } from "./commands/notebook/reproduce";
import { runCommand } from "./commands/notebook/run";
import { verifyCommand } from "./commands/notebook/verify";
import { backupCommand, restoreCommand } from "./commands/serve/backup";
import { doctorCommand } from "./commands/serve/doctor";
import { forgetCommand } from "./commands/serve/forget";
import { keysCommand } from "./commands/serve/keys";
import { scheduleCommand } from "./commands/serve/schedule";
import { serveCommand } from "./commands/serve/serve";
import { shareCommand } from "./commands/serve/share";
import { synthCommand } from "./commands/synth/synth";
import { clvCommand } from "./commands/value/clv";
import { retainCommand } from "./commands/value/retain";
import { describeCommands } from "./support/describe-commands";
import { exitCodeOf, exitCodes } from "./support/exit";
import { checkOutputs } from "./support/options";
import { packageVersion } from "./support/version";

/**
 * Every command, in the order of the help. A command's file imports what it needs inside its action, so that
 * `telelink --help` loads none of it.
 */
const commands: readonly (() => Command)[] = [
  demoCommand,
  reproduceCommand,
  runCommand,
  renderCommand,
  checkCommand,
  verifyCommand,
  compareCommand,
  kernelCommand,
  prepareCommand,
  resampleCommand,
  trainCommand,
  learnersCommand,
  predictCommand,
  scoreCommand,
  evaluateCommand,
  explainCommand,
  exportCommand,
  clvCommand,
  retainCommand,
  forecastCommand,
  serveCommand,
  keysCommand,
  scheduleCommand,
  backupCommand,
  restoreCommand,
  doctorCommand,
  forgetCommand,
  shareCommand,
  dataCommand,
  ingestCommand,
  simulateCommand,
  synthCommand,
  cacheCommand,
  completionCommand,
];

/** The whole command line. */
export function program(): Command {
  const root = new Command("telelink")
    .description("Churn, customer lifetime value and synthetic customers for telecom data")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .showHelpAfterError("(telelink --help shows what there is)")
    .addHelpText(
      "after",
      `
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted; further codes stand in a command's own help.
Variables:  TELELINK_DATA   folder of the data sets
            TELELINK_DEBUG  when set, errors show where they come from`,
    );
  for (const make of commands) root.addCommand(make());
  describeCommands(root);
  root.hook("preAction", (_, command) => checkOutputs(command));
  quietExits(root);
  return root;
}

/** Runs the command line and returns the exit code; errors are one line on standard error. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const root = program();
    const train = root.commands.find((command) => command.name() === "train");
    if (train && argv.includes("train")) await describeLearners(train);
    await root.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end with 0; everything else that commander finds is wrong usage, already printed.
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    // A reader that has seen enough (`telelink … | head`) is no error.
    if ((error as NodeJS.ErrnoException)?.code === "EPIPE") return exitCodes.ok;
    const message = error instanceof Error ? error.message : String(error);
    const debug = process.env.TELELINK_DEBUG && error instanceof Error;
    process.stderr.write(`telelink: ${debug ? (error.stack ?? message) : message.split("\n")[0]}\n`);
    return exitCodeOf(error);
  }
}

/** Lets commander throw instead of ending the process, in every subcommand. */
function quietExits(command: Command): void {
  command.exitOverride();
  for (const one of command.commands) quietExits(one);
}

if (require.main === module) {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(exitCodes.ok);
      throw error;
    });
  }
  void run(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
