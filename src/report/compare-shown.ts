import type { Shown } from "./shown";

/** A place where two pages do not show the same. */
export interface Difference {
  /** The part of the page, and where in it. */
  readonly place: string;
  /** What the report shows; undefined where only the run has something. */
  readonly stated?: string;
  /** What the run gives; undefined where it gives nothing. */
  readonly found?: string;
}

export interface Allowances {
  /** How far any number may lie off; absolute, 0 by default. */
  readonly tolerance?: number;
  /** Texts of figures that agree within the tolerance they have themselves: what stands for what. */
  readonly same?: ReadonlyMap<string, string>;
}

/** Where `stated` and `found` differ, part by part, in the order of the report. */
export function compareShown(
  stated: readonly Shown[],
  found: readonly Shown[],
  allowances: Allowances = {},
): Difference[] {
  const before = byPart(stated);
  const after = byPart(found);
  const parts = [...new Set([...before.keys(), ...after.keys()])];
  return parts.flatMap((part) => compareParts(before.get(part) ?? [], after.get(part) ?? [], allowances));
}

function byPart(shown: readonly Shown[]): Map<string, Shown[]> {
  const parts = new Map<string, Shown[]>();
  for (const one of shown) parts.set(one.part, [...(parts.get(one.part) ?? []), one]);
  return parts;
}

/** Pairs what is alike from both ends and what is between by place, in order. */
function compareParts(a: readonly Shown[], b: readonly Shown[], allowances: Allowances): Difference[] {
  const alike = (i: number, j: number): boolean => sameText(a[i].text, b[j].text, allowances);
  let start = 0;
  while (start < Math.min(a.length, b.length) && alike(start, start)) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && alike(a.length - 1 - end, b.length - 1 - end)) end++;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  const out: Difference[] = [];
  while (left.length > 0 || right.length > 0) {
    const one = left.shift();
    // With as many on both sides they stand for each other; else what is in the same place does.
    const at =
      left.length + 1 === right.length ? 0 : right.findIndex((other) => one && other.place === one.place);
    const other = one && at < 0 ? undefined : right.splice(Math.max(0, at), 1)[0];
    if (one && other && sameText(one.text, other.text, allowances)) continue;
    const { part, place } = (one ?? other) as Shown;
    out.push({
      place: place === "" ? part : `${part}, ${place}`,
      ...(one && { stated: one.text }),
      ...(other && { found: other.text }),
    });
  }
  return out;
}

const number = /[-\u2212+]?\d+(?:[,\u202f\u2009]\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?/gi;

/** Whether two texts say the same: their words do, and their numbers to within what is allowed. */
export function sameText(a: string, b: string, { tolerance = 0, same }: Allowances): boolean {
  if (a === b || same?.get(a) === b) return true;
  if (a.replace(number, "0") !== b.replace(number, "0")) return false;
  const right = b.match(number) ?? [];
  return (a.match(number) ?? []).every(
    (text, i) =>
      text === right[i] ||
      same?.get(text) === right[i] ||
      Math.abs(valueOfText(text) - valueOfText(right[i])) <= tolerance,
  );
}

function valueOfText(text: string): number {
  return Number(text.replace("\u2212", "-").replace(/[,\u202f\u2009]/g, ""));
}
