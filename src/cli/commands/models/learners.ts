import { Command } from "commander";
import { print, printJson, printTable } from "../../support/output";

/** `telelink learners`: what `train --model` takes, and the options of each learner. */
export function learnersCommand(): Command {
  return new Command("learners")
    .description("list the learners of train --model, or the options of one")
    .argument("[kind]", "one learner, by its kind")
    .option("--json", "print as JSON")
    .option("--markdown", "print the reference of all learners' options")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink learners
  $ telelink learners gradient-boosting
  $ telelink learners --markdown > options.md`,
    )
    .action(learners);
}

async function learners(
  kind: string | undefined,
  { json, markdown }: { readonly json?: boolean; readonly markdown?: boolean },
): Promise<void> {
  const [{ learnerLines, optionLines, optionReference }, { learnerCard }] = await Promise.all([
    import("../../../models/learner-names.js"),
    import("../../../models/learner.js"),
  ]);
  if (markdown) {
    print(optionReference().trimEnd());
    return;
  }
  if (kind === undefined) {
    const lines = learnerLines();
    if (json) printJson(lines);
    else
      printTable(
        ["kind", "learner", "predicts", "also"],
        lines.map((line) => [line.kind, line.title, line.targets.join(", "), line.aliases.join(", ")]),
      );
    return;
  }
  const card = learnerCard(kind);
  const lines = optionLines(card);
  if (json) printJson(lines);
  else {
    print(`${card.title}: ${card.name}(options)`);
    printTable(
      ["option", "default", "may be", "what it does"],
      lines.map((line) => [line.option, line.default, line.range, line.text]),
    );
  }
}
