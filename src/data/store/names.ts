/** What a cell of JSON holds; where it is damaged, `instead`: one row must not take the others with it (`telelink doctor` tells of it). */
export function storedJson<T>(text: string, instead: T): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return instead;
  }
}

/** A name as SQL takes it whatever it holds. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
