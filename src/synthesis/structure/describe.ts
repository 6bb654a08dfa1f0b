import { percent } from "../../core/format";
import { plainDates } from "../../data/formats/date-format";
import { curves } from "./curves";
import { describeDays } from "./date-days";
import { day } from "./date-parts";
import { dateWriter, type WrittenDates } from "./dates";
import { dateOf, describeDated, rounding, unitOf } from "./describe-dates";
import { type CellNames, describeExclusions, describeOnly } from "./describe-exclusions";
import { type Formula, neededBy, type RatesBy, ratesIn } from "./formulas";
import { spacing } from "./grids";
import { describeCheckDigits } from "./keys/check-digits";
import { describeTie } from "./keys/key-ties";
import { describeSaying } from "./keys/name-parts";
import { describeLater } from "./orders/later";
import { describeLimits } from "./orders/limits";
import {
  type BandsPlan,
  type ColumnPlan,
  type Combination,
  formulaOf,
  type LevelsPlan,
  noneLabel,
  type Structure,
} from "./structure";
import { cellNamesOf, levelNames } from "./variables";

/** More values of a number are not named one by one. */
const mostListed = 6;

/** The headings under which rules are told, those first that bind most. */
export const ruleGroups = [
  "Computed from other columns",
  "What goes together",
  "Orders and limits",
  "What columns hold",
] as const;

/** A sentence, the heading it belongs to, and of which column it speaks: its first words, where it does of one. */
export interface Told {
  readonly group: string;
  readonly text: string;
  readonly column?: string;
}

/** The structure in sentences, one rule each, by group: what a user confirms or changes. Of columns that are `told` otherwise it says what they share with others. */
export function rulesIn(structure: Structure, told: ReadonlySet<string> = new Set()): readonly Told[] {
  const { columns, combinations, exclusions, orders, later = [], gaps = [], holes = [] } = structure;
  const own = columns.filter(({ name }) => !told.has(name) && !inBlock(name, structure));
  const described = own.map((plan) => ({ column: plan.name, ...describeColumn(plan, structure) }));
  const [computed, together, limits, held] = ruleGroups;
  const of = (group: string, texts: readonly string[]): Told[] => texts.map((text) => ({ group, text }));
  return [
    ...described.flatMap(({ column, rules }) => of(computed, rules).map((one) => ({ ...one, column }))),
    ...of(together, [
      ...combinations.map(describeCombination),
      ...exclusions.filter(({ only }) => only).map(describeOnly),
      ...describeExclusions(
        exclusions.filter(({ never }) => never.length > 0),
        (name) => cellsNamed(structure, name),
      ),
    ]),
    ...of(limits, [
      ...orders.flatMap(({ low, high }, k) => {
        const back = orders.findIndex((other) => other.low === high && other.high === low);
        const isStrict = later.some(
          (one) => one.low === low && one.high === high && one.strict && !one.where && !one.months,
        );
        if (isStrict) return [];
        if (back < 0) return [`${low} is never above ${high}.`];
        return k < back ? [`${low} equals ${high}.`] : [];
      }),
      ...later.map(describeLater),
      ...describeLimits(structure),
    ]),
    ...described.flatMap(({ column, cells }) => of(held, cells).map((one) => ({ ...one, column }))),
    ...gaps.map(({ column }) => ({
      group: held,
      column,
      text: columns.some(({ kind, name }) => kind === "key" && name === column)
        ? `${column} is missing in some rows: in which goes with what else they hold.`
        : `${column} is missing in some rows, of which its rules say nothing.`,
    })),
    ...holes.map(({ column, share }) => ({
      group: held,
      column,
      text: `${column} is missing in ${percent(share)} of the rows, at random.`,
    })),
  ];
}

/** The same in sentences alone. */
export function describeStructure(structure: Structure): readonly string[] {
  return rulesIn(structure).map(({ text }) => text);
}

/** Whether the column is one that says yes where others don't, which is told of all of them. */
export function inBlock(name: string, { combinations }: Structure): boolean {
  return combinations.some(({ labels = [] }) => labels.includes(name));
}

/** Which combinations of columns appear. */
export function describeCombination({ columns, allowed, labels }: Omit<Combination, "name">): string {
  if (!labels)
    return `Only the ${allowed.length} combinations of ${columns.join(", ")} seen in training appear.`;
  const block = columns.filter((name) => labels.includes(name));
  const text = allowed[0][columns.indexOf(labels[0])];
  return `Of ${block.join(", ")} ${labels.includes(noneLabel) ? "at most" : "exactly"} one is ${text} in each row.`;
}

/** What a column is bound to by others, in a sentence. */
export function describeRule(structure: Structure, plan: ColumnPlan): string {
  const { rules, cells } = describeColumn(plan, structure);
  return rules[0] ?? cells[0] ?? plan.name;
}

/** What the cells of a drawn variable are, and how to call it. */
function cellsNamed(structure: Structure, name: string): CellNames {
  const plan = structure.columns.find((column) => column.name === name);
  const rest =
    formulaOf(plan) && (formulaOf(plan)?.rest === "factor" ? "the factor of" : "the difference of");
  return {
    called: rest ? `${rest} ${name}` : name,
    labels: cellNamesOf(structure, name) ?? [],
    ordered: plan?.kind === "number" && plan.values !== undefined,
  };
}

function datesOf({ columns }: Pick<Structure, "columns">): readonly string[] {
  return columns.filter((plan) => plan.kind === "date").map((plan) => plan.name);
}

/** What a column follows from, and what its cells are. */
function describeColumn(plan: ColumnPlan, structure: Structure) {
  const rules: readonly string[] = describeFrom(plan, structure);
  const cells: readonly string[] = describeCells(plan, structure);
  return { rules, cells };
}

/** What a column follows from. */
function describeFrom(plan: ColumnPlan, structure: Structure): string[] {
  const { name } = plan;
  const dates = datesOf(structure);
  if (plan.kind === "key")
    return [
      ...(plan.names ? [`${name} holds what ${describeSaying(plan.names)}.`] : []),
      ...(plan.ties ?? []).map((tie) => `${name} ${describeTie(tie)}.`),
      ...(plan.check ? [`${name}: ${describeCheckDigits(plan.check)}.`] : []),
      ...(plan.rises ? [`${name} rises with ${plan.rises}, in rows that are made together.`] : []),
    ];
  if (plan.kind === "lookup") return [`${name} follows from ${plan.of}.`];
  if (plan.kind === "bands") return [describeBands(plan, structure)];
  if (plan.kind === "part")
    return [`${name} is ${plan.unit === "instant" ? "the same date as" : `the ${plan.unit} of`} ${plan.of}.`];
  if ((plan.kind !== "date" && plan.kind !== "number") || !plan.formula) return [];
  const rule =
    plan.kind === "date"
      ? describeDated(name, plan.formula, structure.columns)
      : describeFormula(name, plan.formula, structure, dates);
  return rule ? [whereThere(rule, plan.formula, structure)] : [];
}

function describeBands(plan: BandsPlan, structure: Structure): string {
  const { name } = plan;
  if (plan.pattern) return `${name} is ${plan.of} written as ${plan.pattern}.`;
  const dates = datesOf(structure);
  // Of one number beside a fixed one the limits are told.
  const [only, ...more] = plan.value?.terms ?? [];
  const plain = only?.weight === 1 && !only.from && more.length + (plan.value?.effects.length ?? 0) === 0;
  const shift = plan.value && plain && !dates.includes(only.column) ? plan.value.constant : 0;
  const cutOf = (cut: number): string =>
    !plan.value && dates.includes(plan.of) ? dateWriter(plainTimes(cut))(cut) : shown(cut - shift);
  const of = plan.value
    ? described({ ...plan.value, constant: plan.value.constant - shift }, structure.columns)
    : plan.of;
  return `${name} follows from ${of}: ${plan.order
    .map((level, b) => `${plan.levels[level]}${b > 0 ? ` from ${cutOf(plan.cuts[b - 1])}` : ""}`)
    .join(
      ", ",
    )}${plan.nothing === undefined ? "" : `, ${plan.levels[plan.nothing]} where it is missing`}${plan.drawn ? "; others go with it: it is drawn, and the date moved there" : ""}.`;
}

/** What a column's cells are. */
function describeCells(plan: ColumnPlan, structure: Structure): string[] {
  const { name } = plan;
  if (plan.kind === "constant")
    return [plan.text === "" ? `${name} is always missing.` : `${name} is always ${plan.text}.`];
  if (plan.kind === "key")
    return plan.keys.style === "same"
      ? []
      : [`${name} is a key: every ${plan.repeats ? "group of rows" : "row"} gets a fresh one.`];
  if (plan.kind === "levels")
    return plan.texts
      ? [
          `${name} is text: made up in the shapes and of the words that enough rows share${plan.texts.by ? `, those of each ${plan.texts.by.of} apart` : ""}.`,
        ]
      : [];
  if (plan.kind === "date") {
    const write = dateWriter(plan.format);
    const ways = plan.format.formats.length;
    const mixed = ways > 1 ? `, written in ${ways} ways` : "";
    const exact = plan.format.exact?.map(({ text }) => text) ?? [];
    return [
      `${name} is a date from ${write(plan.low)} to ${write(plan.high)}${mixed}${exact.length > 0 ? `; often exactly ${anyOf(exact)}` : ""}.`,
      ...describeDays(plan),
    ];
  }
  if (plan.kind !== "number") return [];
  if (plan.values && plan.values.length > mostListed)
    return [
      `${name} is one of ${plan.values.length} codes from ${plan.values[0]} to ${plan.values.at(-1)}: no amount, as what goes with them shows (an amount with --keep ${name}).`,
    ];
  if (plan.values) return [`${name} is one of ${plan.values.join(", ")}.`];
  // As the column is written: six digits would be another number than the greatest of a million.
  const { grid } = plan;
  const end = (value: number): string => (grid ? String(Number(value.toFixed(grid.decimals))) : shown(value));
  const steps = grid ? ` in steps of ${shown(spacing(grid))}` : "";
  const often = plan.atoms.length > 0 && !plan.formula ? `; often exactly ${anyOf(plan.atoms.map(end))}` : "";
  const coarser = (plan.grids?.grids ?? []).flatMap((own, k) => {
    const level = (structure.columns.find((one) => one.name === plan.grids?.column) as LevelsPlan).levels[k];
    return own ? [`${level} → ${shown(spacing(own))}`] : [];
  });
  return [
    `${name} lies between ${end(plan.low)} and ${end(plan.high)}${steps}${often}.`,
    ...(plan.grids ? [`${name} comes in steps ${listedBy(plan.grids.column, coarser)}.`] : []),
    ...(plan.repeats ? [`${name} is often the value of ${anyOf(plan.repeats)}.`] : []),
  ];
}

/** "a, b or c". */
function anyOf(texts: readonly string[]): string {
  return texts.length > 1 ? `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}` : texts[0];
}

/** The rule, and which of what it reads must be there for it to say anything. */
function whereThere(rule: string, formula: Formula, { gaps = [] }: Structure): string {
  const read = neededBy(formula).filter((name) => gaps.some(({ column }) => column === name));
  return read.length === 0
    ? rule
    : `${rule.slice(0, -1)}, where ${read.join(" and ")} ${read.length > 1 ? "are" : "is"} there.`;
}

/** The number of which bands are, in words: time in the unit that a number, or the limit, counts it in. */
function described({ terms, constant, effects }: Formula, columns: readonly ColumnPlan[]): string {
  const [one, other, number] = terms;
  if (one.from) {
    const unit = one.from === "minute" ? "hour" : one.from;
    return `the ${unit} in the ${other.from} of ${one.column}, from 0`;
  }
  const limits = [...effects.flatMap((own) => own.effects), constant];
  const timed = other && Math.abs(one.weight) === 1 && datesOf({ columns }).includes(one.column);
  const unit = number
    ? Math.abs(number.weight)
    : limits.every((own) => (own ?? 0) % day === 0)
      ? day
      : day / 24;
  const width = timed ? unit : 1;
  // What is later comes with its sign, so that the limit is no negative time.
  const back = timed && !number && limits.every((own) => (own ?? 0) >= 0);
  const [since, until] = back ? [one, other] : [other, one];
  const span = timed && `${unitOf(unit, false)} from ${since.column} to ${until.column}`;
  const told = span ? [{ text: span, weight: back ? -one.weight : one.weight }] : [];
  const rest = span ? terms.slice(2) : terms;
  const byLevel = effects.map(({ column, effects: own }) => {
    const plan = columns.find(({ name }) => name === column) as LevelsPlan;
    const weight = own.every((limit) => (limit ?? 0) >= 0) ? 1 : -1;
    const each = plan.levels.flatMap((level, k) =>
      own[k] === null ? [] : [`${level} → ${shown((weight * (own[k] as number)) / width)}`],
    );
    return { text: `(by ${column}: ${each.join(", ")})`, weight };
  });
  const fixed = constant === 0 ? [] : [{ text: shown(Math.abs(constant) / width), weight: constant }];
  return [...told, ...rest.map(({ column, weight }) => ({ text: column, weight })), ...byLevel, ...fixed]
    .sort((a, b) => Math.sign(b.weight) - Math.sign(a.weight))
    .map(({ text, weight }, k) => (weight > 0 ? (k > 0 ? `+ ${text}` : text) : `− ${text}`))
    .join(" ");
}

/** How a moment is told: as a date, with the time of day where it is not midnight. */
function plainTimes(moment: number): WrittenDates {
  const midnight = moment % day === 0;
  const pattern = midnight ? plainDates.pattern : "yyyy-MM-dd HH:mm:ss";
  return { formats: [{ format: { kind: "date", pattern }, share: 1 }], step: 1 };
}

function describeFormula(
  name: string,
  given: Formula,
  { columns }: Structure,
  dates: readonly string[],
): string {
  const counted = describeDated(name, given, columns) ?? describeCount(name, given);
  if (counted) return counted;
  const dated = given.terms.some(({ column }) => dates.includes(column));
  const formula = {
    ...given,
    terms: given.terms
      .map(({ column, weight, ...one }) => ({
        ...one,
        column,
        weight: dates.includes(column) ? Number((weight * day).toPrecision(12)) : weight,
      }))
      .sort((a, b) => (dated ? b.weight - a.weight : 0)),
  };
  const loose =
    formula.rest === "none"
      ? rounding(formula)
      : formula.rest === "factor"
        ? ` × a factor near 1 (median error ${percent(formula.error)})`
        : ` + a difference (median ${shown(formula.error)})`;
  const mayBeNone = (factor: string): boolean => {
    const plan = columns.find((one) => one.name === factor);
    return plan?.kind !== "number" || (plan.low <= 0 && plan.high >= 0);
  };
  const otherwise =
    formula.kind === "product" &&
    formula.rest !== "none" &&
    formula.factors.some(({ column, plus, also }) => plus || also || mayBeNone(column))
      ? `; ${formula.otherwise === null ? "missing" : shown(formula.otherwise)} where that is 0`
      : "";
  const told = pricesBy(formula, columns);
  if (told) return `${name} ${told}.`;
  const decides = formula.each && columns.find((plan) => plan.name === formula.each?.column);
  if (formula.each && decides?.kind === "levels") {
    const sums = levelNames(decides).flatMap((level, k) => {
      const own = formula.each?.formulas[k];
      return own ? [`${level} → ${right(own, dates, columns)}`] : [];
    });
    return `${name} = ${listedBy(decides.name, sums)}${loose}.`;
  }
  const [steps] = formula.terms.length === 1 ? formula.terms.map((term) => term.steps?.values ?? []) : [[]];
  const alone = formula.constant === 0 && formula.effects.length === 0 && !formula.terms[0]?.steps?.slopes;
  if (steps.length > 2 * mostListed && alone && formula.rest === "none")
    return `${name} follows from ${formula.terms[0].column} by a table of ${steps.length} steps.`;
  const rates = ratesIn(formula)
    .map((by) => {
      // A third is ÷ 3.
      const known = by.rates.filter((rate) => rate !== null);
      const over = known.every((rate) => isShort(1 / rate)) && !known.every(isShort);
      const told = over ? { ...by, rates: by.rates.map((rate) => rate && 1 / rate) } : by;
      return ` ${over ? "÷" : "×"} ${listedBy(by.column, ratesTold(told, columns))}`;
    })
    .join("");
  return `${name} = ${right(formula, dates, columns)}${rates}${dated ? ", dates in days" : ""}${loose}${otherwise}.`;
}

/** How many of some columns are there, in words; undefined where it is something else. */
function describeCount(name: string, { terms, effects, constant }: Formula): string | undefined {
  if (terms.length === 0 || !terms.every(({ steps, nothing }) => nothing && steps?.cuts.length === 0))
    return undefined;
  const all = [...terms, ...effects].map(({ column }) => column);
  const more = constant === 0 ? "" : `${shown(constant)} + `;
  return `${name} = ${more}how many of ${all.slice(0, -1).join(", ")} and ${all.at(-1)} are there.`;
}

/** What each level of a column has as its value; undefined where something else is in the formula. */
function pricesBy(
  { rest, terms, effects, constant }: Formula,
  columns: Structure["columns"],
): string | undefined {
  if (rest !== "none" || effects.length !== 1 || terms.length > 0 || constant !== 0) return undefined;
  const told = amountsBy(effects[0], columns);
  return told.length > mostListed
    ? `follows from ${effects[0].column}: each of ${told.length} levels has its own value`
    : `= ${listedBy(effects[0].column, told)}`;
}

/** The levels that have an amount of their own, with it. */
function amountsBy({ column, effects }: Formula["effects"][number], columns: Structure["columns"]): string[] {
  const of = columns.find((plan) => plan.name === column);
  if (of?.kind !== "levels") return [];
  return levelNames(of).flatMap((level, k) => {
    const value = effects[k] ?? undefined;
    return value === undefined ? [] : [`${level} → ${shown(value)}`];
  });
}

function ratesTold({ column, values, cuts, rates }: RatesBy, columns: Structure["columns"]): string[] {
  if (cuts)
    return rates.map(
      (rate, k) => `${shown(rate ?? Number.NaN)}${k > 0 ? ` from ${shown(cuts[k - 1])}` : ""}`,
    );
  const decides = columns.find((plan) => plan.name === column);
  const names = decides?.kind === "levels" || decides?.kind === "number" ? levelNames(decides) : [];
  return (values?.map(String) ?? names).flatMap((cell, k) => {
    const rate = rates[k] ?? undefined;
    return rate === undefined ? [] : [`${cell} → ${shown(rate)}`];
  });
}

function listedBy(column: string, told: readonly string[]): string {
  return `(by ${column}: ${told.join(", ")})`;
}

function right(formula: Formula, dates: readonly string[], columns: Structure["columns"]): string {
  const { most, ...below } = formula;
  if (most !== undefined) return `the smaller of ${shown(most)} and ${right(below, dates, columns)}`;
  const { least, ...free } = formula;
  if (least !== undefined) return `the greater of ${shown(least)} and ${right(free, dates, columns)}`;
  if (formula.kind === "product") {
    // A whole less a share: 0.01 × (100 − discount), of −0.01 × (discount − 100).
    const less = formula.constant < 0 && formula.factors.find(({ plus = 0, also }) => plus < 0 && !also);
    if (less) {
      const own = less.nothing ? `${less.column} (0 where missing)` : less.column;
      const turned = { column: `(${shown(-(less.plus as number))} − ${own})`, power: less.power };
      const factors = formula.factors.map((one) => (one === less ? turned : one));
      return right({ ...formula, constant: -formula.constant, factors }, dates, columns);
    }
    const named = ({ column, plus = 0, also = [], nothing }: Formula["factors"][number]): string => {
      const all = [
        nothing ? `${column} (0 where missing)` : column,
        ...also,
        ...(plus === 0 ? [] : [shown(plus)]),
      ];
      return all.length === 1 ? all[0] : `(${all.join(" + ")})`;
    };
    const times = formula.factors.filter((factor) => factor.power === 1).map(named);
    const over = formula.factors.filter((factor) => factor.power === -1).map(named);
    const front = formula.constant === 1 && times.length > 0 ? [] : [shown(formula.constant)];
    return [...front, ...times].join(" × ") + over.map((column) => ` ÷ ${column}`).join("");
  }
  const terms = formula.terms.map(({ column, weight, nothing, instead, among, steps, round, as, times }) => {
    if (among) {
      const all = [column, ...among.others];
      const what = all.length > 2 ? among.pick : among.pick === "least" ? "smaller" : "greater";
      return weighted(weight, `(the ${what} of ${all.slice(0, -1).join(", ")} and ${all.at(-1)})`);
    }
    const value = nothing ? 0 : instead;
    const own =
      value === undefined
        ? column
        : `${column} (${dates.includes(column) ? dateOf(value) : shown(value)} where missing)`;
    if (round) return weighted(weight, `(${own}${rounding({ round })})`);
    if (as) return weighted(weight, curves[as].said(own));
    if (steps) {
      const cuts = steps.values.map((value, k) => {
        const slope = steps.slopes?.[k] ?? 0;
        const front = slope !== 0 && value === 0 ? [] : [shown(value)];
        const what = [
          ...front,
          ...(slope === 0 ? [] : [slope === 1 ? own : `${shown(slope)} × ${own}`]),
        ].join(" + ");
        return k > 0 ? `${what} from ${shown(steps.cuts[k - 1])}` : what;
      });
      const rest = cuts.length > 2 * mostListed ? cuts.splice(mostListed) : [];
      const listed = [...cuts, ...(rest.length > 0 ? [`… and ${rest.length} more`] : [])].join(", ");
      return `${times ? `${times.column} × ` : ""}(by ${own}: ${listed})`;
    }
    return weighted(weight, times ? `${own} × ${times.column}` : own);
  });
  const effects = formula.effects.map((effect) => {
    const told = formula.rest === "none" ? amountsBy(effect, columns) : [];
    return told.length === 0 || told.length > mostListed
      ? `an amount for ${effect.column}`
      : listedBy(effect.column, told);
  });
  const exact = formula.rest === "none" && effects.length > 0;
  const front = formula.constant === 0 && (terms.length > 0 || exact) ? [] : [shown(formula.constant)];
  return [...front, ...terms, ...effects].join(" + ").replaceAll("+ −", "− ");
}

/** A column times its weight, or ÷ where that is the shorter: seconds ÷ 60. */
function weighted(weight: number, column: string): string {
  if (Math.abs(weight) === 1) return weight > 0 ? column : `−${column}`;
  const over = shown(1 / weight);
  return over.length < shown(weight).length && Number(over) === Math.round(1e9 / weight) / 1e9
    ? `${column} ÷ ${over}`
    : `${shown(weight)} × ${column}`;
}

/** Whether four digits tell it. */
function isShort(value: number): boolean {
  return Math.abs(Number(value.toPrecision(4)) - value) <= 1e-9 * Math.abs(value);
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
