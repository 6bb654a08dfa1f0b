/** A place in a cell, line and column from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Where a place of compiled code comes from, by its source map's mappings (revision 3); undefined where none says. */
export function originalPlace(mappings: string, line: number, column: number): Place | undefined {
  let found: Place | undefined;
  let sourceLine = 0;
  let sourceColumn = 0;
  const groups = mappings.split(";");
  for (let i = 0; i < Math.min(line, groups.length); i++) {
    let generated = 0;
    for (const segment of groups[i].split(",")) {
      const fields = decodeSegment(segment);
      if (fields.length < 4) continue;
      generated += fields[0];
      sourceLine += fields[2];
      sourceColumn += fields[3];
      if (i === line - 1 && (generated < column || !found))
        found = { line: sourceLine + 1, column: sourceColumn + 1 };
    }
  }
  return found;
}

/** The numbers of a segment: base 64, five bits a sign, the lowest bit of a number its sign. */
export function decodeSegment(segment: string): number[] {
  const out: number[] = [];
  let value = 0;
  let shift = 0;
  for (const sign of segment) {
    const bits = digits.indexOf(sign);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    out.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return out;
}
