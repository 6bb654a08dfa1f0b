import { fromPlain, toPlain } from "./digits";

/** How a column writes times of day or lengths of time; its values are seconds. */
export interface DurationFormat {
  readonly kind: "duration";
  /**
   * "HH:mm:ss", "H:mm", with AM and PM "h:mm a" ("b" for am and pm), "d' day(s), 'H:mm:ss", or with units "[H'h' ][mm'm']" and
   * "'P'[d'D']'T'[H'H'][m'M']": what stands in brackets is left out where it is nothing.
   */
  readonly pattern: string;
  /** Digits of fractions of a second. @default 0 */
  readonly fraction?: number;
  /** The digit 0 and the marks of another script. */
  readonly digits?: string;
}

const seconds: { readonly [unit: string]: number } = { d: 86_400, H: 3600, h: 3600, m: 60, s: 1 };
const token = /(\[)|(\])|'([^']*)'|(dd|d|HH|H|hh|h|mm|m|ss|s|a|b)|([^A-Za-z'[\]])/gy;

type Piece = { readonly field: string } | { readonly literal: string };
/** Pieces that are written together, or not at all. */
interface Section {
  readonly optional: boolean;
  readonly pieces: readonly Piece[];
}

function sectionsOf(pattern: string): readonly Section[] | undefined {
  const sections: { optional: boolean; pieces: Piece[] }[] = [{ optional: false, pieces: [] }];
  let length = 0;
  for (const [all, open, close, quoted, field, other] of pattern.matchAll(token)) {
    length += all.length;
    if (open || close) sections.push({ optional: open !== undefined, pieces: [] });
    else sections[sections.length - 1].pieces.push(field ? { field } : { literal: quoted ?? other });
  }
  const used = sections.filter(({ pieces }) => pieces.length > 0);
  const units = used.flatMap(({ pieces }) =>
    pieces.flatMap((piece) =>
      "field" in piece && piece.field[0] in seconds ? [seconds[piece.field[0]]] : [],
    ),
  );
  const falling = units.every((unit, k) => k === 0 || unit < units[k - 1]);
  return length === pattern.length && units.length > 1 && falling ? used : undefined;
}

/** Whether the text is a pattern of times. */
export function isDurationPattern(pattern: string): boolean {
  return sectionsOf(pattern) !== undefined;
}

/** Whether the pattern is of times with colons and without AM or PM, as SQL reads them. */
export function isPlainDuration({ pattern, digits }: DurationFormat): boolean {
  return digits === undefined && /^HH?:mm(:ss)?$/.test(pattern);
}

/** A reader of times so written: seconds; NaN for a text that is no such time. */
export function durationParser(format: DurationFormat): (text: string) => number {
  const sections = sectionsOf(format.pattern) ?? [];
  const fields: string[] = [];
  const source = sections.map(({ optional, pieces }) => {
    const inside = pieces.map((piece) => {
      if ("literal" in piece) return literalSource(piece.literal);
      const { field } = piece;
      const first = fields.length === 0;
      fields.push(field[0]);
      if (/[ab]/.test(field)) return "([AaPp])\\.?[Mm]\\.?";
      if (first || field[0] === "H" || field[0] === "h") return "(\\d{1,5})";
      const two = field.length > 1 ? "[0-5]\\d" : "[0-5]?\\d";
      return field[0] === "s" ? `(${two}(?:[.,]\\d{1,9})?)` : `(${two})`;
    });
    return optional ? `(?:${inside.join("")})?` : inside.join("");
  });
  const pattern = new RegExp(`^(-?)${source.join("")}$`, "u");
  const plain = toPlain(format.digits);
  return (text) => {
    const match = pattern.exec(plain(text).trim());
    if (!match) return Number.NaN;
    let [value, some] = [0, false];
    for (const [k, field] of fields.entries()) {
      const found = match[k + 2];
      if (found === undefined) continue;
      const number = Number(found.replace(",", "."));
      if (/[ab]/.test(field)) value += /p/i.test(found) ? 43_200 : 0;
      else if (field === "h" && (number < 1 || number > 12)) return Number.NaN;
      else if (field === "H" && k > 0 && number > 23) return Number.NaN;
      else value += (field === "h" ? number % 12 : number) * seconds[field];
      some = true;
    }
    if (!some) return Number.NaN;
    return match[1] === "-" ? -value : value;
  };
}

/** Blanks may be left out, and so may what joins parts at the end of the text; "day(s)" is "day" or "days". */
function literalSource(literal: string): string {
  return literal
    .replace(/[.*+?^${}|\\/]/g, "\\$&")
    .replace("(s)", "s?")
    .replace(/,?\s+$|T/, (joint) => `(?:${joint.trim()}|$)`)
    .replace(/\s+|$/g, "\\s*");
}

/** A writer of times in the format, from seconds. */
export function durationPrinter(format: DurationFormat): (value: number) => string {
  const { pattern, fraction = 0 } = format;
  const sections = sectionsOf(pattern) ?? [];
  const fields = sections.flatMap(({ pieces }) =>
    pieces.flatMap((one) => ("field" in one ? [one.field] : [])),
  );
  const scale = 10 ** fraction;
  const half = fields.some((field) => /[ab]/.test(field));
  const [largest] = fields;
  const native = fromPlain(format.digits);
  return (value) => {
    const whole = Math.round(Math.abs(value) * scale);
    const all = Math.floor(whole / scale);
    const amountOf = (field: string): number => {
      const amount = Math.floor(all / seconds[field[0]]);
      if (field[0] === "h") return amount % 12 || 12;
      return field === largest ? amount : amount % (field[0] === "H" ? 24 : 60);
    };
    const write = (field: string): string => {
      if (/[ab]/.test(field))
        return (Math.floor(all / 3600) % 24 < 12 ? "AM" : "PM")[field === "b" ? "toLowerCase" : "toString"]();
      const text = String(amountOf(field)).padStart(field.length, "0");
      return field[0] === "s" && fraction > 0
        ? `${text}.${String(whole % scale).padStart(fraction, "0")}`
        : text;
    };
    const textOf = ({ pieces }: Section): string => {
      let last = 0;
      return pieces
        .map((piece) => {
          if ("literal" in piece) return piece.literal.replace("(s)", last === 1 ? "" : "s");
          if (piece.field[0] in seconds) last = amountOf(piece.field);
          return write(piece.field);
        })
        .join("");
    };
    const isNothing = ({ optional, pieces }: Section): boolean =>
      optional && pieces.every((piece) => "literal" in piece || Number(write(piece.field)) === 0);
    const said = sections.filter((section) => !isNothing(section));
    const none = !said.some(({ pieces }) => pieces.some((piece) => "field" in piece));
    const text = (none ? [...said, sections[sections.length - 1]] : said).map(textOf).join("");
    return native((value < 0 && !half ? "-" : "") + text.replace(/[,\s]+$|T$/, ""));
  };
}
