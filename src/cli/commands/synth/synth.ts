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
