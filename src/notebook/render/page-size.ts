/** A piece of a page's body. */
export interface Part {
  readonly kind: "text" | "code" | "output";
  readonly html: string;
}

/** The bytes that a report may take. */
export const mostBytes = 1_000_000;

// What is left out first: outputs, then code, and prose only when nothing else helps.
const order: readonly Part["kind"][] = ["output", "code", "text"];

/**
 * The page of all parts, or, where that is larger than `most` bytes, of those that fit: the largest outputs, then the
 * longest code, give way to a note that names their size.
 */
export function fitParts(
  parts: readonly Part[],
  page: (shown: readonly Part[], cut?: readonly string[]) => string,
  most: number = mostBytes,
): string {
  const whole = page(parts);
  let over = Buffer.byteLength(whole) - most;
  if (over <= 0) return whole;
  const sizes = parts.map((one) => Buffer.byteLength(one.html));
  const shown = [...parts];
  const cut: string[] = [];
  const largest = parts
    .map((_, i) => i)
    .sort((a, b) => order.indexOf(parts[a].kind) - order.indexOf(parts[b].kind) || sizes[b] - sizes[a]);
  for (const i of largest) {
    const said = note(parts[i].kind, sizes[i], most);
    const html = `<p class="tl-cut">${said}</p>`;
    const gain = sizes[i] - Buffer.byteLength(html);
    if (gain <= 0) continue;
    shown[i] = { ...parts[i], html };
    cut.push(said);
    over -= gain - said.length - 20;
    if (over <= 0) break;
  }
  return page(shown, cut);
}

function note(kind: Part["kind"], bytes: number, most: number): string {
  const what = { output: "An output", code: "Code", text: "A text" }[kind];
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  const limit = `${Number((most / 1e6).toPrecision(3))} MB`;
  return `${what} of ${size} is in the notebook file: the page holds at most ${limit}.`;
}
