const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes as text, with U+FFFD in place of what is not UTF-8: for messages. */
export function decode(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}

/** The bytes as text, or undefined if they are not UTF-8. */
export function decodeStrictly(bytes: Buffer, start: number, end: number): string | undefined {
  let high = 0;
  for (let i = start; i < end; i++) high |= bytes[i];
  // ASCII is read faster as Latin-1, and the same.
  if (high < 128) return bytes.toString("latin1", start, end);
  try {
    return utf8.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

/** Whether the cell is empty or nothing but spaces and tabs. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 32 && bytes[i] !== 9) return false;
  return true;
}
