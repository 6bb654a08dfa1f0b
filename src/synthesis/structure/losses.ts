import { percent } from "../../core/format";
import { mean } from "../../core/math/statistics";
import type { Told } from "./describe";
import { describeKeys, keyShortage } from "./keys/describe-keys";
import { areNumbered, describeNames, describeSaying } from "./keys/name-parts";
import type { KeyColumnPlan, Structure } from "./structure";

/**
 * What the table holds that synthetic rows will not, in sentences: rows that are other than a rule, levels that too few rows share,
 * texts, identifiers. It names no value, since those are what may not be told.
 */
export function describeLosses(structure: Structure): readonly string[] {
  return [...oddIn(structure), ...lossesIn(structure)];
}

const mostOdd = 3;

/** That few rows break rules: of a few rules a sentence each. */
function oddIn({ odd = [], minCount, customer }: Structure): readonly string[] {
  const few = `fewer than ${minCount} ${customer === undefined ? "rows" : "customers"} are other than`;
  return odd.length > mostOdd
    ? [`${few} each of ${odd.length} rules says, which all that are made keep: ${odd.join(" ")}`]
    : odd.map((rule) => `${few} this rule says, which all that are made keep: ${rule}`);
}

function lossesIn({ columns, minCount, customer, exclusions, open = [] }: Structure): readonly string[] {
  const few =
    minCount === 1
      ? "the rules leave out"
      : `fewer than ${minCount} ${customer === undefined ? "rows" : "customers"} share`;
  const own = columns.flatMap((plan) => {
    const { name } = plan;
    if (plan.kind === "key") {
      if (plan.keys.style === "same" && areNumbered(plan.names ?? []))
        return [
          `${name}: identifiers are made up, ${describeNames(describeKeys(plan.keys), plan.names ?? [])}${ofNames(plan)}`,
        ];
      if (plan.keys.style === "same")
        return [
          `${name}: made${ofNames(plan).replace(", with", " of")}, and those may be together in a row of the data`,
        ];
      const own = plan.repeats ? "as many rows share one as in the data" : "every row gets one of its own";
      return name === customer
        ? [
            `${name}: customers are made up, in no row those of the data; ${own}, alike in nothing else; ${describeNames(describeKeys(plan.keys), plan.names ?? [])}${ofNames(plan)}`,
          ]
        : [
            `${name}: identifiers are made up; ${own}, ${describeNames(describeKeys(plan.keys), plan.names ?? [])}${ofNames(plan)}${plan.ties ? `, with what ${plan.ties.map(({ of }) => of).join(" and ")} ${plan.ties.length > 1 ? "say" : "says"} put in` : ""}`,
            ...(plan.goes
              ? [
                  `${name}: how it begins or is written goes with ${plan.goes.join(" and ")} in the data, but not in those made up`,
                ]
              : []),
            ...(plan.loose ?? []).map(
              (other) =>
                `${name}: most identifiers of the data hold what ${other} says, those that are made up do not`,
            ),
          ];
    }
    if (plan.kind === "constant" && plan.rare)
      return [
        `${name}: up to ${plan.rare} rows have a value that ${few}; every row ${plan.text === "" ? "comes out empty there" : "gets the other one"}`,
      ];
    const ended = (plan.kind === "date" || (plan.kind === "number" && !plan.values)) && !plan.formula;
    if (ended && plan.low === plan.high)
      return [`${name}: ${few} where its values begin or end; every row gets one value from in between`];
    return plan.kind === "levels" && plan.texts && plan.rare
      ? [
          `${name}: up to ${plan.rare} rows hold texts that ${few}; others are made up in their shape${plan.texts.real ? `, of which about ${percent(plan.texts.real)} are real ones by chance: there are few others` : ""}`,
        ]
      : [];
  });
  const kinds = { level: ["levels", "lookup"], number: ["number"] };
  const stoodIn = Object.entries(kinds).flatMap(([what, of]) => {
    const some = columns.flatMap((plan) =>
      of.includes(plan.kind) && "rare" in plan && plan.rare && !("texts" in plan && plan.texts)
        ? [{ name: plan.name, rare: plan.rare }]
        : [],
    );
    if (some.length > 1)
      return [
        `${what}s that ${few} are left out, the others stand in for them: ${some.map(({ name, rare }) => `${name} (up to ${rare} rows)`).join(", ")}`,
      ];
    return some.map(
      ({ name, rare }) =>
        `${name}: up to ${rare} rows have a ${what} that ${few}; the other ${what}s stand in for it`,
    );
  });
  const unpaired = exclusions.flatMap(({ columns: pair, only }) =>
    pair.flatMap((name, k) => {
      const plan = columns.find((one) => one.name === name);
      const levels = plan?.kind === "levels" ? plan.levels : [];
      const paired = new Set(only?.map((labels) => labels[k]));
      const count = only ? levels.filter((level) => !paired.has(level)).length : 0;
      return count > 0
        ? [
            `${name}: ${count} level${count > 1 ? "s are" : " is"} not drawn, as ${few} each pair of theirs with ${pair[1 - k]}`,
          ]
        : [];
    }),
  );
  const pairs = exclusions.flatMap(({ columns: pair, rare }) =>
    rare
      ? [
          `${pair.join(" and ")}: up to ${rare} rows have a pair that ${few}; pairs that more share stand in for it`,
        ]
      : [],
  );
  const made = open.map(
    ({ columns: pair, rare }) =>
      `${pair.join(" and ")} belong together, but ${percent(rare)} of the rows have a pair that ${few}: rows are made with pairs that no row has (--combination "${pair.join("+")}" keeps to those there are)`,
  );
  return [
    ...own,
    ...stoodIn,
    ...leftOut(columns, few),

    ...unpaired,
    ...pairs,
    ...made,
  ];
}

/** The numbers with values far beyond all others, or between their steps, as told to `few`. */
function leftOut(columns: Structure["columns"], few: string): readonly string[] {
  const told = (what: "far" | "off"): string =>
    columns
      .flatMap((plan) =>
        plan.kind === "number" && !plan.formula && plan[what]
          ? [`${plan.name} (up to ${plan[what]} rows)`]
          : [],
      )
      .join(", ");
  const [far, off] = [told("far"), told("off")];
  return [
    ...(far ? [`numbers that ${few} and lie far beyond all others are left out: ${far}`] : []),
    ...(off ? [`numbers between the steps on which nearly all lie are moved onto them: ${off}`] : []),
  ];
}

/** The same by kind. */
export function lossesOf(structure: Structure): readonly Told[] {
  return describeLosses(structure).map((text) => ({ group: "few", text }));
}

/** What is to be said where so many rows are made, in sentences: whose identifiers repeat that need not. */
export function describeShortages({ columns }: Structure, rows: number): readonly string[] {
  return columns.flatMap((plan) => {
    if (plan.kind !== "key") return [];
    return keyShortage(plan.name, plan.keys, Math.ceil(rows / mean(plan.repeats ?? [1]))) ?? [];
  });
}

function ofNames({ names = [] }: KeyColumnPlan): string {
  return names.length > 0 ? `, with what ${describeSaying(names)} in the row` : "";
}
