import { quoted } from "../csv/cells";
import type { Remark } from "./read-csv";

/**
 * Objects, one a line or in an array, as CSV text: columns in the order in which their names first come. Null is empty;
 * columns that hold objects or arrays are left out and told of.
 */
export async function* jsonAsCsv(
  stream: AsyncIterable<Uint8Array>,
  source: string,
  remarks: Remark[],
): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  const text = Buffer.concat(pieces)
    .toString("utf8")
    .replace(/^\ufeff/, "");
  const objects = rowsWithin(objectsIn(text, source), remarks);
  const places = new Map<string, number>();
  const nested = new Set<string>();
  for (const one of objects) {
    for (const [name, value] of Object.entries(one)) {
      if (!places.has(name)) places.set(name, places.size);
      if (typeof value === "object" && value !== null) nested.add(name);
    }
  }
  const names = [...places.keys()].filter((name) => !nested.has(name));
  for (const column of nested) remarks.push({ column, text: "left out: it holds objects or lists" });
  if (names.length === 0)
    throw new Error(`Cannot read ${source}: its objects must have fields with values, got none`);
  const lines = [names.map((name) => quoted(name, ",")).join(",")];
  for (const one of objects) {
    const cells = names.map((name) => cellOf(Object.hasOwn(one, name) ? one[name] : null));
    lines.push(names.length === 1 && cells[0] === "" ? '""' : cells.join(","));
    if (lines.length >= 5000) yield Buffer.from(`${lines.splice(0).join("\n")}\n`);
  }
  yield Buffer.from(`${lines.join("\n")}\n`);
}

/** The rows, where they are the one list of objects within a single object, as web services wrap them. */
function rowsWithin(objects: Record<string, unknown>[], remarks: Remark[]): Record<string, unknown>[] {
  if (objects.length !== 1) return objects;
  const isRows = (value: unknown): value is Record<string, unknown>[] =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => typeof one === "object" && one !== null && !Array.isArray(one));
  const lists = Object.entries(objects[0]).filter(([, value]) => isRows(value));
  if (lists.length !== 1) return objects;
  const [name, rows] = lists[0] as [string, Record<string, unknown>[]];
  const others = Object.keys(objects[0]).filter((one) => one !== name);
  remarks.push({
    text: `the rows are the list under ${JSON.stringify(name)}${others.length > 0 ? `; not read: ${others.join(", ")}` : ""}`,
  });
  return rows;
}

function objectsIn(text: string, source: string): Record<string, unknown>[] {
  if (text.trimStart().startsWith("[")) {
    const all = parsed(text, `Cannot read ${source}: it must be JSON`);
    return (all as unknown[]).map((one, i) => objectOf(one, `Cannot read ${source}: item ${i + 1}`));
  }
  const lines = text.split(/\r?\n/);
  if (lines.length > 1 && /^\{\s*("[^"]*"\s*:\s*[[{]?\s*)?$/.test(lines[0])) {
    const one = objectOf(parsed(text, `Cannot read ${source}: it must be JSON`), `Cannot read ${source}: it`);
    // One object over several lines is a table of its own only by chance.
    if (!Object.values(one).some(Array.isArray))
      throw new Error(
        `Cannot read ${source}: JSON must be an object a line or an array of objects, got one object over several lines`,
      );
    return [one];
  }
  return lines.flatMap((line, i) => {
    if (line.trim() === "") return [];
    return [
      objectOf(
        parsed(line, `${source}:${i + 1}: each line must be a JSON object`),
        `${source}:${i + 1}: the line`,
      ),
    ];
  });
}

function parsed(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser quotes the text that it stumbled on; a place is enough.
    throw new Error(
      `${message}, got ${(error as Error).message.replace(/,? ?"[\s\S]*?" is not valid JSON/, "").slice(0, 100)}`,
    );
  }
}

function objectOf(one: unknown, subject: string): Record<string, unknown> {
  if (typeof one !== "object" || one === null || Array.isArray(one))
    throw new Error(
      `${subject} must be a JSON object, got ${Array.isArray(one) ? "a list" : String(one).slice(0, 40)}`,
    );
  return one as Record<string, unknown>;
}

function cellOf(value: unknown): string {
  return value === null || value === undefined ? "" : quoted(String(value), ",");
}
