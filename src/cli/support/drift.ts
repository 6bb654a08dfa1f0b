import type { DriftedColumn } from "../../services/predict/drift";
import { CliError, exitCodes } from "./exit";
import { note } from "./output";

/** Notes, by column, what is not as in training; with `strict` that ends the command. */
export function noteDrift(report: readonly DriftedColumn[], strict = false): void {
  const found = report.filter((column) => column.findings.length > 0);
  if (found.length === 0) return;
  note("not as in training:");
  for (const { column, findings } of found) note(`  ${column}: ${findings.join("; ")}`);
  if (strict)
    throw new CliError(
      `stopped by --strict: ${found.length} of ${report.length} columns are not as in training`,
      exitCodes.loss,
    );
}

/** Ends the command where no value of a column can be used. */
export function checkUsable(action: string, found: { readonly finding: string } | undefined): void {
  if (found)
    throw new CliError(
      `${action}: ${found.finding} (--accept-loss goes on without that column)`,
      exitCodes.loss,
    );
}
