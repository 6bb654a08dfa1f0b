import { dateParser, plainDates } from "../data/formats/date-format";
import { columnNamed, type Table, type TextColumn } from "../data/table";
import { type DateField, type DateNumber, type DatePart, dateFields, type Scaling } from "./parts";

const dayMs = 86_400_000;

/** Of more columns of dates than this, intervals between each two are not taken, but those since the first alone. */
const mostPaired = 6;

/** Milliseconds since 1970, NaN where missing. */
export function momentsOf(column: TextColumn): Float64Array {
  const parse = dateParser(column.format ?? plainDates);
  const known = new Map<string, number>();
  return Float64Array.from(column.values, (text) => {
    let found = known.get(text);
    if (found === undefined) {
      found = text === "" ? Number.NaN : parse(text);
      known.set(text, found);
    }
    return found;
  });
}

/**
 * The numbers of a column of dates that vary in the training rows, with the days since each earlier column of dates, scaled
 * by `scale`; undefined where there are none.
 */
export function datePart(
  column: TextColumn,
  train: Table,
  scale: (values: Float64Array, indicator: boolean) => Scaling | undefined,
): DatePart | undefined {
  const moments = momentsOf(column);
  let reference = -Infinity;
  for (const ms of moments) if (ms > reference) reference = ms;
  if (reference === -Infinity) return undefined;
  const numbers: DateNumber[] = [];
  const add = (asked: Pick<DateNumber, "of" | "other">, values: Float64Array): void => {
    if (!varies(values)) return;
    // One mark of a missing date is enough.
    const scaling = scale(values, numbers.length === 0);
    if (scaling) numbers.push({ ...asked, ...scaling });
  };
  for (const of of dateFields) add({ of }, fieldValues(of, moments, reference));
  const dates = train.columns.filter((each): each is TextColumn => each.type === "date");
  const earlier = dates.slice(0, dates.indexOf(column)).slice(0, dates.length > mostPaired ? 1 : undefined);
  for (const other of earlier)
    add({ of: "since", other: other.name }, daysBetween(moments, momentsOf(other)));
  return numbers.length > 0 ? { kind: "date", name: column.name, reference, numbers } : undefined;
}

/** The part's numbers of the table's rows. */
export function dateValues({ name, reference, numbers }: DatePart, rows: Table): Float64Array[] {
  const moments = momentsOf(columnNamed(rows, name) as TextColumn);
  return numbers.map(({ of, other }) =>
    of === "since"
      ? daysBetween(moments, momentsOf(columnNamed(rows, other as string) as TextColumn))
      : fieldValues(of, moments, reference),
  );
}

/** What a number of a date is called. */
export function dateFeature(name: string, { of, other }: Pick<DateNumber, "of" | "other">): string {
  if (of === "since") return `days from ${other} to ${name}`;
  return `${of === "day" ? "day of the month" : of} of ${name}`;
}

function fieldValues(of: DateField, moments: Float64Array, reference: number): Float64Array {
  if (of === "days") return moments.map((ms) => (ms - reference) / dayMs);
  const read = {
    month: (at: Date) => at.getUTCMonth() + 1,
    day: (at: Date) => at.getUTCDate(),
    weekday: (at: Date) => ((at.getUTCDay() + 6) % 7) + 1,
    hour: (at: Date) => at.getUTCHours(),
  }[of];
  return moments.map((ms) => (Number.isNaN(ms) ? ms : read(new Date(ms))));
}

function daysBetween(to: Float64Array, from: Float64Array): Float64Array {
  return to.map((ms, i) => (ms - from[i]) / dayMs);
}

function varies(values: Float64Array): boolean {
  const first = values.find((value) => !Number.isNaN(value));
  return values.some((value) => !Number.isNaN(value) && value !== first);
}
