import type { EventEmitter } from "node:events";
import type { Command } from "commander";

const asTrained =
  "the columns of training, under the same names in any order; the target may be missing, others are passed over";

/** What the table that a command reads must hold. */
const columns: Readonly<Record<string, string>> = {
  train: `one row a customer. Needed: --target (two values such as Yes and No, three classes or more, or numbers) and one
column or more to learn from: numbers, words, truth values, dates, free text. An identifier is kept apart.`,
  predict: `${asTrained}.`,
  evaluate: `the columns of training and the target, of rows that were not learned from.`,
  explain: `${asTrained}.`,
  score: `the columns of the model that answers, and with --model the value in --value-column. Without --model those of
churn-bigml (State, Account length, Area code, International plan, Total day minutes, …), of which charges may be missing.`,
  prepare: `one row a customer, any columns; --target, where named, is kept apart; with --recipe the recipe's columns.`,
  resample: `--target, and numbers or words beside it.`,
  clv: `one row a purchase: customer, date, amount (or quantity and unit price); or one row a contract: customer, start,
end (empty while it runs) or months with a flag of who left, and the amount a month. Their usual names are found, others named.`,
  retain: `one row a customer: customer, churn probability, value; or purchases or contracts as of telelink clv.
--campaign: customer, whether contacted, whether lost.`,
  forecast: `one row a customer and month: customer, month, and one number or more (--value).`,
  ingest: `any columns; --id names the customer.`,
  fit: `one row a customer, any columns; identifiers are made anew, not learned.`,
  domain: `one row a customer, any columns.`,
  impute: `one row a customer, any columns; empty cells are what is drawn.`,
  report: `the same columns in all files; --target, where named, judges usefulness.`,
  show: `any columns; this tells what telelink train would make of each.`,
};

/**
 * Adds to the help of each command that reads a table which columns it must hold, and to that of a command within another
 * the examples of the other's help that are its own.
 */
export function describeCommands(command: Command): void {
  const examples = helpAfter(command).split("\n");
  for (const one of command.commands) {
    const text = columns[one.name()];
    if (text && one.commands.length === 0)
      one.addHelpText("after", `\nColumns: ${text} docs/INPUTS.md tells more.`);
    const own = examples.filter((line) => line.includes(`$ telelink ${command.name()} ${one.name()}`));
    if (own.length > 0 && !helpAfter(one).includes("$ telelink"))
      one.addHelpText("after", `\nExamples:\n${own.join("\n")}`);
    describeCommands(one);
  }
}

/** What a command's help says after its options. */
function helpAfter(command: Command): string {
  let said = "";
  const write = (text: string): void => {
    said += text;
  };
  (command as Command & EventEmitter).emit("afterHelp", { error: false, command, write });
  return said;
}
