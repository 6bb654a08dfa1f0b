/**
 * CSV lines, none of them with a line feed in a cell, with their numbers from `first` as a first column; of the rows that
 * `left` numbers, from 1 and in order, there are no lines.
 */
export function numbered(csv: Uint8Array, first: number, left: readonly number[] = []): Uint8Array {
  let lines = 0;
  for (let k = 0; k < csv.length; k++) if (csv[k] === 10) lines++;
  const out = new Uint8Array(csv.length + lines * (String(first + lines + left.length).length + 1));
  let to = 0;
  let number = first;
  let begin = 0;
  let next = 0;
  for (let k = 0; k < csv.length; k++) {
    if (csv[k] !== 10) continue;
    for (; left[next] === number - first + 1; next++) number++;
    const digits = String(number++);
    for (let d = 0; d < digits.length; d++) out[to++] = digits.charCodeAt(d);
    out[to++] = 44;
    out.set(csv.subarray(begin, k + 1), to);
    to += k + 1 - begin;
    begin = k + 1;
  }
  return out.subarray(0, to);
}
