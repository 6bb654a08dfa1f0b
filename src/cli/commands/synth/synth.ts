import { setFlagsFromString } from "node:v8";
import { Command } from "commander";
import { synthDomainCommand } from "./synth-domain";
import { synthFitCommand } from "./synth-fit";
import { synthImputeCommand } from "./synth-impute";
import { synthReportCommand } from "./synth-report";
import { synthSampleCommand } from "./synth-sample";

/** `telelink synth`: synthetic rows for any CSV file. */
export function synthCommand(): Command {
  return new Command("synth")
    .description("make synthetic rows like those of a CSV file, and judge them")
    .hook("preAction", compileLater)
    .addCommand(synthFitCommand())
    .addCommand(synthSampleCommand())
    .addCommand(synthImputeCommand())
    .addCommand(synthReportCommand())
    .addCommand(synthDomainCommand())
    .addHelpText(
      "after",
      `
Examples:
  $ telelink synth fit --data customers.csv --out model.json
  $ telelink synth sample --model model.json --rows 10000 --out synthetic.csv
  $ telelink synth report --real customers.csv --synthetic synthetic.csv --html report.html`,
    );
}

/**
 * Machine code is made once a function has run seven times as long: of a fit's processor time two fifths went into code that then
 * hardly ran, as fits and reports look at a table in many ways, each for a moment (100,000 rows take as long).
 */
function compileLater(): void {
  setFlagsFromString("--interrupt-budget=1000000");
}
