import { percent } from "../../core/format";
import { dateWriter } from "./dates";
import { type CellNames, describeExclusions } from "./describe-exclusions";
import type { Formula } from "./formulas";
import { spacing } from "./grids";
import { type ColumnPlan, missingLabel, type Structure } from "./structure";
import { levelNames } from "./variables";

/** The structure in sentences, one rule each: what a user confirms or changes. */
export function describeStructure(structure: Structure): readonly string[] {
  return [
    ...structure.columns.flatMap(describeColumn),
    ...structure.combinations.map(
      (combination) =>
        `Only the ${combination.allowed.length} combinations of ${combination.columns.join(", ")} seen in training appear.`,
    ),
    ...describeExclusions(structure.exclusions, (name) => cellsNamed(structure, name)),
    ...structure.orders.map(({ low, high }) => `${low} is never above ${high}.`),
  ];
}

/** What the cells of a drawn variable are, and how to call it. */
function cellsNamed(structure: Structure, name: string): CellNames {
  const plan = structure.columns.find((column) => column.name === name);
  if (plan?.kind === "levels") return { called: name, labels: levelNames(plan) };
  if (plan?.kind !== "number") return { called: name, labels: [] };
  if (plan.values) return { called: name, labels: levelNames(plan) };
  const labels = [...plan.atoms.map((atom) => `= ${atom}`), "other", ...(plan.missing ? [missingLabel] : [])];
  const rest = plan.formula && (plan.formula.rest === "factor" ? "the factor of" : "the difference of");
  return { called: rest ? `${rest} ${name}` : name, labels };
}

function describeColumn(plan: ColumnPlan): string[] {
  const { name } = plan;
  if (plan.kind === "constant")
    return [plan.text === "" ? `${name} is always missing.` : `${name} is always ${plan.text}.`];
  if (plan.kind === "key")
    return [`${name} is a key: every ${plan.repeats ? "group of rows" : "row"} gets a fresh one.`];
  if (plan.kind === "lookup") return [`${name} follows from ${plan.of}.`];
  if (plan.kind === "bands")
    return [
      `${name} follows from ${plan.of}: ${plan.order
        .map((level, b) => `${plan.levels[level]}${b > 0 ? ` from ${shown(plan.cuts[b - 1])}` : ""}`)
        .join(", ")}.`,
    ];
  if (plan.kind === "levels")
    return plan.texts
      ? [`${name} is text: made up in the shapes and of the words that enough rows share.`]
      : [];
  if (plan.kind === "date") {
    const write = dateWriter(plan.format);
    const ways = plan.format.formats.length;
    const mixed = ways > 1 ? `, written in ${ways} ways` : "";
    return [`${name} is a date from ${write(plan.low)} to ${write(plan.high)}${mixed}.`];
  }
  if (plan.values) return [`${name} is one of ${plan.values.join(", ")}.`];
  const steps = plan.grid ? ` in steps of ${shown(spacing(plan.grid))}` : "";
  const often =
    plan.atoms.length > 0 && !plan.formula ? `; often exactly ${plan.atoms.map(shown).join(" or ")}` : "";
  const range = `${name} lies between ${shown(plan.low)} and ${shown(plan.high)}${steps}${often}.`;
  return plan.formula ? [describeFormula(name, plan.formula), range] : [range];
}

function describeFormula(name: string, formula: Formula): string {
  const loose =
    formula.rest === "none"
      ? ", rounded"
      : formula.rest === "factor"
        ? ` × a factor near 1 (median error ${percent(formula.error)})`
        : ` + a difference (median ${shown(formula.error)})`;
  const otherwise =
    formula.kind === "product" && formula.rest !== "none"
      ? `; ${formula.otherwise === null ? "missing" : shown(formula.otherwise)} where that is 0`
      : "";
  return `${name} = ${right(formula)}${loose}${otherwise}.`;
}

function right(formula: Formula): string {
  if (formula.kind === "product") {
    const named = ({ column, plus = 0 }: Formula["factors"][number]): string =>
      plus === 0 ? column : `(${column} + ${shown(plus)})`;
    const times = formula.factors.filter((factor) => factor.power === 1).map(named);
    const over = formula.factors.filter((factor) => factor.power === -1).map(named);
    const front = formula.constant === 1 && times.length > 0 ? [] : [shown(formula.constant)];
    return [...front, ...times].join(" × ") + over.map((column) => ` ÷ ${column}`).join("");
  }
  const terms = formula.terms.map(({ column, weight }) =>
    weight === 1 ? column : weight === -1 ? `−${column}` : `${shown(weight)} × ${column}`,
  );
  const effects = formula.effects.map((effect) => `an amount for ${effect.column}`);
  const front = formula.constant === 0 && terms.length > 0 ? [] : [shown(formula.constant)];
  return [...front, ...terms, ...effects].join(" + ").replaceAll("+ −", "− ");
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
