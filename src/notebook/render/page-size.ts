import { smallerPicture } from "./smaller-picture";

/** A piece of a page's body. */
export interface Part {
  readonly kind: "text" | "code" | "output";
  readonly html: string;
}

/** The bytes that a report may take. */
export const mostBytes = 1_000_000;

// How pictures are made smaller, step by step: pixels across and quality.
const steps: readonly (readonly [width: number, quality: number])[] = [
  [1100, 85],
  [1100, 65],
  [700, 55],
];

// What is left out first: outputs, then code, and prose only when nothing else helps.
const order: readonly Part["kind"][] = ["output", "code", "text"];

/**
 * The page of all parts. Where that is larger than `most` bytes, pictures are made smaller, those that take most first;
 * where that is not enough the largest outputs, then the longest code, give way to a note that names their size.
 */
export async function fitParts(
  parts: readonly Part[],
  page: (shown: readonly Part[], cut?: readonly string[]) => string,
  most: number = mostBytes,
): Promise<string> {
  const whole = page(parts);
  let over = Buffer.byteLength(whole) - most;
  if (over <= 0) return whole;
  const shown = [...parts];
  const cut: string[] = [];
  const pictures = new Map<number, string>();
  for (const step of steps) {
    if (over > 0) over -= await shrinkPictures(parts, shown, pictures, over, step);
  }
  cut.push(...pictures.values());
  if (over <= 0) return page(shown, cut);
  const sizes = shown.map((part) => Buffer.byteLength(part.html));
  const largest = parts
    .map((_, i) => i)
    .sort((a, b) => order.indexOf(parts[a].kind) - order.indexOf(parts[b].kind) || sizes[b] - sizes[a]);
  for (const i of largest) {
    const said = note(parts[i].kind, Buffer.byteLength(parts[i].html), most);
    const html = `<p class="tl-cut">${said}</p>`;
    const gain = sizes[i] - Buffer.byteLength(html);
    if (gain <= 0) continue;
    shown[i] = { ...parts[i], html };
    // A picture that goes was not only made smaller.
    const smaller = pictures.get(i);
    if (smaller !== undefined) cut.splice(cut.indexOf(smaller), 1);
    cut.push(said);
    over -= gain - said.length - 20;
    if (over <= 0) break;
  }
  return page(shown, cut);
}

const picture = /<img\b(?:[^>"']|"[^"]*"|'[^']*')*\bsrc="(data:image\/(?:png|jpeg);base64,[^"]*)"[^>]*>/g;

/** Makes pictures of `shown` anew from those of `parts` until `over` bytes are gained; returns how many were. */
async function shrinkPictures(
  parts: readonly Part[],
  shown: Part[],
  said: Map<number, string>,
  over: number,
  [width, quality]: readonly [number, number],
): Promise<number> {
  let gained = 0;
  const bySize = parts.map((_, i) => i).sort((a, b) => shown[b].html.length - shown[a].html.length);
  for (const i of bySize) {
    if (gained >= over) break;
    let html = parts[i].html;
    const words: string[] = [];
    for (const [tag, url] of html.matchAll(picture)) {
      const small = await smallerPicture(url, width, quality);
      // What hardly gains is better left sharp.
      if (!small || small.url.length > 0.8 * url.length) continue;
      const sized = /\swidth=/.test(tag) ? tag : tag.replace("<img", `<img width="${small.from}"`);
      html = html.replace(tag, () => sized.replace(url, () => small.url));
      words.push(
        `A picture of ${sizeText(url.length)} is shown in ${sizeText(small.url.length)}, ${small.width} × ${small.height} pixels`,
      );
    }
    const gain = Buffer.byteLength(shown[i].html) - Buffer.byteLength(html);
    if (gain <= 0) continue;
    shown[i] = { ...parts[i], html };
    said.set(i, `${words.join("; ")}; the notebook file holds it whole.`);
    gained += gain;
  }
  return gained;
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function note(kind: Part["kind"], bytes: number, most: number): string {
  const what = { output: "An output", code: "Code", text: "A text" }[kind];
  const limit = `${Number((most / 1e6).toPrecision(3))} MB`;
  return `${what} of ${sizeText(bytes)} is in the notebook file: the page holds at most ${limit}.`;
}
