import { check } from "../core/checks";
import { didYouMean } from "../core/did-you-mean";
import type { LearnerCard, TargetKind } from "./card";
import type { Option } from "./options";
import { allLearners } from "./registry";

type Card = LearnerCard<string, object>;

/**
 * The learner of that name: its kind, the library's function or scikit-learn's class, in any case and with or without
 * hyphens, as in "random-forest", "randomForest", "RandomForestClassifier". Throws, listing the kinds, for a name of no
 * learner that predicts such targets; of one that predicts classes alone `classesHint` says how to have them.
 */
export function learnerNamed(name: string, target: "classes" | "numbers", classesHint = ""): Card {
  const able = allLearners().filter((card) => predicts(card, target));
  const card = able.find((card) => answersTo(card, name));
  const other = target === "classes" ? "regressor" : "classifier";
  const known = ["auto", ...able.map((one) => one.kind)];
  const elsewhere =
    target === "numbers" && allLearners().some((one) => answersTo(one, name) && one.targets.classes);
  check(
    card !== undefined && !plain(name).endsWith(other),
    "train",
    `for ${target} the model must be one of ${known.join(", ")}, got ${JSON.stringify(name)}${elsewhere ? classesHint : didYouMean(name, known)}`,
  );
  return card;
}

/** Whether the name, in any case and spelling, is one of the learner's. */
export function answersTo({ kind, name, aliases }: Card, asked: string): boolean {
  const given = plain(asked);
  const bare = given.replace(/(classifier|regressor)$/, "");
  return [kind, name, ...aliases].some((one) => plain(one) === given || plain(one) === bare);
}

/** Whether who asks for the learner by name means numbers, which it alone predicts. */
export function meansNumbers(name = ""): boolean {
  const own = allLearners().filter((card) => answersTo(card, name));
  return (
    plain(name).endsWith("regressor") || (own.length > 0 && !own.some((card) => predicts(card, "classes")))
  );
}

function predicts({ targets }: Card, target: TargetKind): boolean {
  return targets[target] !== undefined || (target === "numbers" && targets.amounts !== undefined);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** One line a learner: its kind, what else it answers to, and what it predicts. */
export function learnerLines(): readonly {
  readonly kind: string;
  readonly title: string;
  readonly aliases: readonly string[];
  readonly targets: readonly TargetKind[];
}[] {
  return allLearners().map(({ kind, title, aliases, targets }) => ({
    kind,
    title,
    aliases,
    targets: Object.keys(targets) as TargetKind[],
  }));
}

/** One line an option of a learner. */
export interface OptionLine {
  readonly option: string;
  readonly default: string;
  readonly range: string;
  readonly text: string;
}

/** The options of a learner, in words; throws as `learnerFrom` on an unknown kind. */
export function optionLines(card: Pick<Card, "options">): OptionLine[] {
  return Object.entries(card.options as Readonly<Record<string, Option>>).map(([option, one]) => ({
    option,
    default: one.default === undefined ? "" : JSON.stringify(one.default),
    range: one.range,
    text: one.text,
  }));
}

/** The reference of all learners and their options as Markdown. */
export function optionReference(): string {
  const sections = allLearners().map((card) => {
    const lines = optionLines(card).map(
      (line) =>
        `| \`${line.option}\` | ${line.default && `\`${line.default}\``} | ${line.range} | ${line.text} |`,
    );
    const names = card.aliases.map((alias) => `\`${alias}\``).join(", ");
    const head = `## ${card.title}\n\n\`${card.name}(options)\`, kind \`${card.kind}\`${names && `, also ${names}`}; predicts ${Object.keys(card.targets).join(" and ")}.`;
    if (lines.length === 0) return `${head} It has no options.`;
    return `${head}\n\n| option | default | may be | what it does |\n| --- | --- | --- | --- |\n${lines.join("\n")}`;
  });
  return `# Learners and their options\n\n${sections.join("\n\n")}\n`;
}
