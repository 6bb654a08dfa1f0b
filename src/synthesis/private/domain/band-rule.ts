import { check } from "../../../core/checks";
import type { CategoricalColumn, Column } from "../../../data/table";
import { boundOf, type ColumnDomain } from "./domain";

/** A column of levels that follows from a number or date: the first level below the first cut, the second from there on, and so on. */
export interface BandRule {
  readonly kind: "bands";
  readonly column: string;
  readonly type: CategoricalColumn["type"];
  readonly levels: readonly string[];
  readonly of: string;
  readonly cuts: readonly {
    readonly at: number /** Whether the cut itself is below. */;
    readonly above: boolean;
  }[];
  /** Places among the levels, one more than cuts. */
  readonly bands: readonly number[];
  readonly required: boolean;
}

/** The rule `group by age: young, from 30: middle, above 60: old`; undefined for a text that is none. */
export function bandRule(
  text: string,
  columns: readonly Column[],
  knownOf: (column: string) => ColumnDomain | undefined,
  action: string,
): BandRule | undefined {
  const named = columns.flatMap((column) => {
    const by = text.startsWith(column.name) && text.slice(column.name.length).match(/^\s+by\s+/);
    const rest = by ? text.slice(column.name.length + by[0].length) : "";
    return columns.flatMap((of) => {
      const colon = by && rest.startsWith(of.name) && rest.slice(of.name.length).match(/^\s*:\s*/);
      return colon ? [{ column, of, rest: rest.slice(of.name.length + colon[0].length) }] : [];
    });
  });
  const [own] = named.sort((a, b) => a.rest.length - b.rest.length);
  if (!own) return undefined;
  const { column, of, rest } = own;
  const isLevelled = column.type === "categorical" || column.type === "boolean";
  check(isLevelled, action, `${column.name} must be a column of levels`, column.type);
  check(
    of.type === "numeric" || of.type === "date",
    action,
    `${of.name} must be a number or a date`,
    of.type,
  );
  const levels = knownOf(column.name)?.levels;
  check(levels !== undefined, action, `the domain must state the levels of ${column.name}`);
  const placeOf = (level: string): number => {
    const place = levels.indexOf(level.trim());
    check(
      place >= 0,
      action,
      `${column.name} must be one of ${levels.slice(0, 20).join(", ")}`,
      level.trim(),
    );
    return place;
  };
  const [first, ...others] = rest.split(/,\s*(?=(?:from|above)\s)/);
  const read = others.map((part) => {
    const [, word, end, level] = part.match(/^(from|above)\s+(.+?):\s+(.*)$/s) ?? [];
    check(
      level !== undefined,
      action,
      'each band but the first must be "from CUT: LEVEL" or "above CUT: LEVEL"',
      part,
    );
    const at = of.type === "date" ? boundOf(end, knownOf(of.name)?.format ?? of.format) : Number(end);
    const isRead = end.trim() !== "" && Number.isFinite(at);
    check(isRead, action, `a cut must be a ${of.type === "date" ? "date" : "number"}`, end);
    return { cut: { at, above: word === "above" }, band: placeOf(level) };
  });
  const cuts = read.map(({ cut }) => cut);
  const rising = cuts.every(({ at }, k) => k === 0 || at > cuts[k - 1].at);
  check(rising && cuts.length > 0, action, "there must be cuts, each above the one before", text);
  return {
    kind: "bands",
    column: column.name,
    type: column.type as CategoricalColumn["type"],
    levels,
    of: of.name,
    cuts,
    bands: [placeOf(first), ...read.map(({ band }) => band)],
    required: knownOf(column.name)?.required ?? false,
  };
}

/** The column as the numbers make it; missing where they are. */
export function bandColumn(
  { column: name, type, levels, cuts, bands }: BandRule,
  numbers: Float64Array,
): Column {
  const codes = Int32Array.from(numbers, (value) =>
    Number.isNaN(value)
      ? -1
      : bands[cuts.filter(({ at, above }) => (above ? value > at : value >= at)).length],
  );
  return { name, type, levels, codes };
}
