import { takeValues } from "../../../core/matrix";
import type { Rng } from "../../../core/rng";
import { cellText, columnNamed, type Table } from "../../../data/table";
import { spacedRows } from "../discover/search";
import { countPeople, type People } from "../people";
import type { ColumnPlan, KeyColumnPlan } from "../structure";
import { bareKeys, cellsOfTies } from "../variables";
import type { KeyPlan } from "./key-plan";
import { keyPlanOf, roundKeys } from "./key-plan-of";
import { type CellsOfTie, type TyingColumn, tiedKeys } from "./key-ties";
import { areNumbered, isNamesAlone, nameParts, withoutNames } from "./name-parts";
import { columnsOfPlan, grammarBy, planBy, type WrittenKeys } from "./plan-by";
import { risesWith } from "./rising";

/** On so many rows it is looked which columns may say a part of identifiers. */
const tyingRows = 1000;

/** The plans of identifiers of which each row has its own, with what other columns say of them. */
export function withTiedKeys(
  plans: readonly ColumnPlan[],
  from: Table,
  customer: string | false | undefined,
  rng: Rng,
  {
    least,
    people,
    keep,
  }: { readonly least: number; readonly people: People | undefined; readonly keep: readonly string[] },
): ColumnPlan[] {
  const cellsOf = cellsOfTies(plans, from);
  const dates = new Set(plans.flatMap((one) => (one.kind === "date" ? [one.name] : [])));
  const known = new Map<string, ReadonlySet<string>>();
  const toldOf = (of: string): ReadonlySet<string> => {
    const told = known.get(of) ?? new Set(toldAmong(cellsOf({ of }) as readonly string[], people, least));
    known.set(of, told);
    return told;
  };
  const textsOf = (of: string, chosen: Int32Array): string[] => {
    const column = columnNamed(from, of);
    return Array.from(chosen, (i) => cellText(column, i));
  };
  const columnsOf = (names: readonly string[], chosen: Int32Array) =>
    names.map(
      (name): TyingColumn =>
        dates.has(name)
          ? { name, cells: takeValues(cellsOf({ of: name }) as Float64Array, chosen) }
          : { name, cells: textsOf(name, chosen), told: toldOf(name) },
    );
  const others = plans.flatMap((one) => (one.kind === "key" || one.kind === "constant" ? [] : [one.name]));
  const asText = new Set(plans.flatMap((one) => ("texts" in one && one.texts ? [one.name] : [])));
  const beside = (keys: readonly string[], at: Int32Array): WrittenKeys => ({
    ...{ keys, at, persons: people?.of, least },
    columns: others.filter((of) => !dates.has(of) && !asText.has(of)),
    cellsOf: (of, rows) => textsOf(of, rows).map((cell) => (toldOf(of).has(cell) ? cell : undefined)),
  });
  const tied = plans.map((plan): ColumnPlan => {
    if (plan.kind === "levels" && plan.texts) {
      const own = columnNamed(from, plan.name);
      const told = new Set(["", ...plan.levels]);
      const said = new Set<number>();
      // One text a person: so counting texts counts people.
      const at = Int32Array.from({ length: from.rows }, (_, i) => i).filter(
        (i) => !told.has(cellText(own, i)) && (!people || said.size < said.add(people.of[i]).size),
      );
      const texts = grammarBy(
        beside(textsOf(plan.name, at), at),
        plan.texts,
        rng.fork(`texts of ${plan.name}`),
      );
      return { ...plan, texts };
    }
    if (plan.kind !== "key" || plan.repeats || plan.name === customer) return plan;
    const { name } = plan;
    const texts = bareKeys(plan, plans, from);
    const rows = Int32Array.from(texts.keys()).filter((i) => texts[i] !== "");
    const among = (columns: readonly TyingColumn[], chosen: Int32Array) =>
      tiedKeys(
        Array.from(chosen, (i) => texts[i]),
        columns,
        least,
      );
    const few = spacedRows(rows.length, tyingRows).map((k) => rows[k]);
    const first = among(columnsOf(others, few), few);
    const near = [...new Set([...first.ties.map(({ of }) => of), ...first.loose])];
    const { ties, bare, loose } = among(columnsOf(near, rows), rows);
    const written = (keys: readonly string[]) => planBy(beside(keys, rows), rng.fork(`forms of ${name}`));
    const rises = plans.find(
      (one) => one.kind === "date" && risesWith(texts, cellsOf({ of: one.name }) as Float64Array),
    );
    const left = written(bare);
    // Ways of writing that other columns say hold what these say in front, too.
    const front =
      left.goes.length > 0 && ties.length > 0 && ties.every(({ at, texts: said }) => at === 0 && said);
    const whole = front ? written(Array.from(rows, (i) => texts[i])).plan : undefined;
    const held = ties.every(({ of }) => columnsOfPlan(whole).includes(of)) ? whole : undefined;
    // What rises with a date is dealt out by that alone.
    const by = rises ? undefined : (held ?? left.plan);
    return {
      ...plan,
      ...(rises && { rises: rises.name }),
      ...(ties.length > 0 &&
        !(held && by === held) && { ties, keys: keyPlanOf(bare, rng.fork(name), least) }),
      ...(by ? { keys: by } : left.goes.length > 0 && { goes: left.goes }),
      ...(loose.length > 0 && { loose }),
    };
  });
  return withNamesIn(tied, from, rng, { least, keep });
}

/** The cells that so many people have. */
function toldAmong(cells: readonly string[], people: People | undefined, least: number): readonly string[] {
  return [...countPeople(cells, people)].flatMap(([cell, count]) => (count >= least ? [cell] : []));
}

/** Of so many rows no two may be told apart by what is left of texts without names, for these to be drawn as one of few texts. */
const leastCovered = 0.95;
/** Identifiers of which few stand in two rows are one of each row. */
const leastOwn = 0.8;

/** The plans of texts that hold what columns of names say: identifiers beside the names, or names alone. */
function withNamesIn(
  plans: readonly ColumnPlan[],
  from: Table,
  rng: Rng,
  { least, keep }: { readonly least: number; readonly keep: readonly string[] },
): ColumnPlan[] {
  const isText = (plan: ColumnPlan): boolean =>
    ["levels", "lookup", "key"].includes(plan.kind) && columnNamed(from, plan.name).type !== "numeric";
  const cells = new Map<string, readonly string[]>();
  const cellsOf: CellsOfTie = ({ of }) => {
    const known = cells.get(of) ?? (cellsOfTies(plans, from)({ of }) as readonly string[]);
    cells.set(of, known);
    return known;
  };
  const out = [...plans];
  const used = new Set<string>();
  plans.forEach((plan, p) => {
    const texted = plan.kind === "key" || (plan.kind === "levels" && (plan.texts ?? plan.rare));
    if (!texted || keep.includes(plan.name) || used.has(plan.name) || !isText(plan)) return;
    const { name } = plan;
    const { ties = [], check } = plan.kind === "key" ? plan : {};
    const whole = bareKeys({ ...plan, ties, check } as KeyColumnPlan, plans, from);
    const rows = [...whole.keys()].filter((i) => whole[i] !== "");
    const others = out.filter(
      (one) => one.name !== name && isText(one) && !(one.kind === "key" && (one.names ?? one.ties)),
    );
    const columns = others.map(({ name: of, ...one }) => ({
      name: of,
      own: one.kind === "key" && !one.repeats,
      cells: rows.map((i) => cellsOf({ of })[i] as string),
    }));
    const found = nameParts(
      rows.map((i) => whole[i]),
      columns,
    );
    const numbered = areNumbered(found);
    // Beside what ties say, names are not looked for, but numbers of other identifiers.
    const names = ties.length > 0 && !numbered ? [] : found;
    // Levels that others are told by, or that have gaps of their own, stay drawn.
    const told = plans.some((one) => one !== plan && JSON.stringify(one).includes(JSON.stringify(name)));
    if (names.length === 0 || (plan.kind === "levels" && (told || rows.length < whole.length))) return;
    const present = withoutNames(
      rows.map((i) => whole[i]),
      names,
      ({ of }) => rows.map((i) => cellsOf({ of })[i] as string),
    );
    const different = new Set(rows.map((i) => whole[i])).size;
    const keys =
      keysWithNames(present, least, different === rows.length, numbered) ??
      (different >= leastOwn * rows.length && !(plan.kind === "key" && plan.repeats)
        ? keyPlanOf(present, rng.fork(name), least, !numbered)
        : undefined);
    if (!keys) return;
    for (const { of } of names) used.add(of);
    out[p] = {
      kind: "key",
      name,
      keys,
      names,
      ...(ties.length > 0 && { ties }),
      ...(check && { check }),
      ...(rows.length < whole.length && { missing: 1 - rows.length / whole.length }),
    };
  });
  return out;
}

/** One of few texts for any row, where names alone tell rows apart: "First Last", but not a user name that nobody else has. */
function keysWithNames(
  bare: readonly string[],
  least: number,
  own: boolean,
  numbered: boolean,
): KeyPlan | undefined {
  const counts = new Map<string, number>();
  for (const text of bare) counts.set(text, (counts.get(text) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count >= least).sort((a, b) => b[1] - a[1]);
  const held = shared.reduce((sum, [, count]) => sum + count, 0);
  if (
    held < leastCovered * bare.length ||
    !(numbered || shared.every(([text]) => isNamesAlone(text) && (!own || text.includes(" "))))
  )
    return undefined;
  return {
    style: "same",
    texts: shared.flatMap(([text, count]) =>
      new Array<string>(Math.max(1, Math.round((roundKeys * count) / held))).fill(text),
    ),
  };
}
