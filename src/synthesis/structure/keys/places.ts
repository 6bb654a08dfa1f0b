import { check } from "../../../core/checks";

/** What may stand at one place of a key: one of some characters, or a whole number, filled up with zeros to `width` digits. */
export type Place = string | { readonly low: number; readonly high: number; readonly width: number };

const largest = 2 ** 50;
const mostForms = 200;

/**
 * The forms that a pattern describes, each as its places: `[a-z0-9]` is one of a class, `<0-255>` a whole number, `<01-12>` one of
 * two digits, `\` takes its meaning from the next character, others stand for themselves; `{n}` repeats what is before it, `{m,n}` makes
 * a form of each length.
 */
export function placesOf(pattern: string, action: string): readonly (readonly Place[])[] {
  let forms: (readonly Place[])[] = [[]];
  const token =
    /(?:\[((?:\\.|[^\]\\])+)\]|<(\d{1,15})-(\d{1,15})>|\\(.)|([^[\]{}<>\\]))(?:\{(\d{1,2})(?:,(\d{1,2}))?\})?/sy;
  while (token.lastIndex < pattern.length) {
    const at = token.lastIndex;
    const found = token.exec(pattern);
    check(
      found !== null,
      action,
      "it must be made of characters, [classes], <low-high> numbers and {counts}",
      pattern.slice(at),
    );
    const [, inside, low, high, escaped, single, least = "1", most = least] = found;
    const place: Place =
      inside !== undefined
        ? classOf(inside, action)
        : low !== undefined
          ? { low: Number(low), high: Number(high), width: low.length === high.length ? low.length : 0 }
          : (escaped ?? single);
    if (typeof place !== "string")
      check(place.low <= place.high, action, "a range must go up", `${low}-${high}`);
    check(Number(least) <= Number(most), action, "a range must go up", `${least},${most}`);
    const times = Array.from({ length: Number(most) - Number(least) + 1 }, (_, k) => Number(least) + k);
    forms = forms.flatMap((form) => times.map((n) => [...form, ...new Array<Place>(n).fill(place)]));
    check(forms.length <= mostForms, action, `it may have at most ${mostForms} forms of different lengths`);
  }
  check(
    forms.every((form) => form.length > 0),
    action,
    "it must not be empty",
    pattern,
  );
  return forms;
}

function classOf(inside: string, action: string): string {
  const all = inside.replace(/(\\.|[^\\])-(\\.|[^\\])/gs, (_, from: string, to: string) => {
    const [first, last] = [from.replace("\\", ""), to.replace("\\", "")];
    check(first <= last, action, "a range must go up", `${first}-${last}`);
    const [low, high] = [first.charCodeAt(0), last.charCodeAt(0)];
    const own = Array.from({ length: high - low + 1 }, (_, i) => String.fromCharCode(low + i));
    return own.map((one) => `\\${one}`).join("");
  });
  return [...new Set(all.replace(/\\(.)/gs, "$1"))].join("");
}

/** The places as a pattern that `placesOf` reads. */
export function patternOf(places: readonly Place[]): string {
  const texts = places.map((place) => {
    if (typeof place !== "string")
      return `<${numberText(place, place.low)}-${numberText(place, place.high)}>`;
    if (place.length === 1) return /[[\]{}<>\\]/.test(place) ? `\\${place}` : place;
    const runs = place.match(/0123456789|123456789|abcdef(?!g)|ABCDEF(?!G)|[a-z]{26}|[A-Z]{26}|./gs) ?? [];
    const shown = runs.map((run) =>
      run.length > 1 ? `${run[0]}-${run.at(-1)}` : run.replace(/[\]\\-]/, "\\$&"),
    );
    return `[${shown.join("")}]`;
  });
  let out = "";
  for (let at = 0, next = 0; at < texts.length; at = next) {
    while (next < texts.length && texts[next] === texts[at]) next++;
    const one = next - at;
    out += one > 2 || (one > 1 && texts[at].length > 1) ? `${texts[at]}{${one}}` : texts[at].repeat(one);
  }
  return out;
}

/** How many keys the places tell apart by their number. Only the last places, up to 2^50 keys, are numbered: numbers stay exact. */
export function spaceOf(places: readonly Place[]): number {
  let space = 1;
  for (let at = places.length - 1; at >= 0 && space * sizeOf(places[at]) <= largest; at--)
    space *= sizeOf(places[at]);
  return space;
}

/** The number of a key of as many characters as the places; −1 where the places don't write it. */
export function numberOf(key: string, places: readonly Place[]): number {
  let number = 0;
  let space = 1;
  let end = key.length;
  let counts = true;
  for (let at = places.length - 1; at >= 0; at--) {
    const place = places[at];
    const size = sizeOf(place);
    const from = end - (typeof place === "string" ? 1 : place.width || lengthBefore(key, end, place));
    const text = key.slice(Math.max(0, from), end);
    const digit = typeof place === "string" ? place.indexOf(text) : Number(text) - place.low;
    if (from < 0 || from === end || !(digit >= 0 && digit < size)) return -1;
    counts = counts && space * size <= largest;
    if (counts) {
      number += space * digit;
      space *= size;
    }
    end = from;
  }
  return end === 0 ? number : -1;
}

/** How many characters before `end` are a number of the range that is not filled up; 0 where none are. */
function lengthBefore(key: string, end: number, { low, high }: Exclude<Place, string>): number {
  for (let length = Math.min(end, String(high).length); length > 0; length--) {
    const text = key.slice(end - length, end);
    const whole = /^(0|[1-9]\d*)$/.test(text);
    if (whole && Number(text) >= low && Number(text) <= high) return length;
  }
  return 0;
}

/** The key of that number; places before those that are numbered follow by a hash. */
export function keyOf(number: number, places: readonly Place[]): string {
  let out = "";
  let left = number;
  let space = 1;
  let hash = (number % 4294967296) | 0;
  for (let at = places.length - 1; at >= 0; at--) {
    const place = places[at];
    const size = sizeOf(place);
    let digit: number;
    if (space * size <= largest) {
      digit = left % size;
      left = Math.floor(left / size);
      space *= size;
    } else {
      space = Number.POSITIVE_INFINITY;
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + at;
      digit = ((hash ^ (hash >>> 13)) >>> 0) % size;
    }
    out = (typeof place === "string" ? place[digit] : numberText(place, place.low + digit)) + out;
  }
  return out;
}

function numberText({ width }: Exclude<Place, string>, value: number): string {
  return String(value).padStart(width, "0");
}

/** How many characters or numbers may stand there. */
export function sizeOf(place: Place): number {
  return typeof place === "string" ? place.length : place.high - place.low + 1;
}
