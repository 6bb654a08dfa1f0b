import { AmbiguousJson, parseJson } from "./json";
import { JsonList } from "./json-list";
import { type CustomerRows, mostRowBytes, RowLot, type RowsOptions } from "./rows";

/** The customers of a JSON list, or of an object whose member `customers` is the list, as they arrive. */
export async function* rowsFromJson(
  body: AsyncIterable<Uint8Array>,
  options: RowsOptions,
): AsyncGenerator<CustomerRows> {
  const list = new JsonList("customers", mostRowBytes);
  const lot = new RowLot(options);
  try {
    for await (const bytes of body) {
      for (const value of list.push(bytes)) {
        if (value instanceof AmbiguousJson) lot.addBroken(value.message);
        else lot.add(value);
        if (lot.full) yield lot.take();
      }
    }
    list.end();
    options.columns?.(list.others, []);
  } catch (error) {
    // What came before the fault is answered.
    yield lot.take();
    throw error;
  }
  yield lot.take();
}

/** The customers of newline-delimited JSON, one a line, as they arrive. A line that is no JSON costs that row alone. */
export async function* rowsFromLines(
  body: AsyncIterable<Uint8Array>,
  options: RowsOptions,
): AsyncGenerator<CustomerRows> {
  const lot = new RowLot(options);
  for await (const line of linesOf(body)) {
    if (line === undefined) lot.addBroken(`must have at most ${mostRowBytes} bytes`);
    else if (line.some((byte) => byte > 32)) {
      try {
        lot.add(parseJson(line));
      } catch (error) {
        lot.addBroken(error instanceof AmbiguousJson ? error.message : "must be JSON");
      }
    }
    if (lot.full) yield lot.take();
  }
  yield lot.take();
}

/** Lines; undefined in place of one that is too long. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer | undefined> {
  let held: Uint8Array[] = [];
  let size = 0;
  const take = (last: Uint8Array): Buffer | undefined => {
    const whole = size + last.length <= mostRowBytes;
    const line = whole ? Buffer.concat([...held, last]) : undefined;
    [held, size] = [[], 0];
    return line;
  };
  for await (const bytes of body) {
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      yield take(bytes.subarray(from, at));
      from = at + 1;
    }
    const rest = bytes.slice(from);
    size += rest.length;
    // Of a line that is too long nothing need be kept.
    if (size <= mostRowBytes) held.push(rest);
    else held = [];
  }
  if (size > 0) yield take(new Uint8Array());
}
