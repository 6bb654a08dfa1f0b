import { fromPlain, toPlain } from "./digits";
import { asSingle, type SinglePrecision, singleReader } from "./single-precision";

/** How a column writes its numbers. Digits after the decimal mark are the column's `decimals`. */
export interface NumberFormat {
  readonly kind: "number";
  /** The decimal mark. */
  readonly decimal: "." | ",";
  /** Between groups of digits before the mark; left out, there are no groups. */
  readonly thousands?: string;
  /** "lakh" groups as in 12,34,567; left out, groups have three digits. */
  readonly grouping?: "lakh";
  /** Stands before the number with the blank that follows it, such as "$" or "EUR ". */
  readonly prefix?: string;
  /** Stands after the number with the blank before it, such as " €", "%" or " kWh". */
  readonly suffix?: string;
  /** How a negative number is written; defaults to "minus", before prefix and digits. */
  readonly negative?: "minus" | "inner-minus" | "trailing-minus" | "parentheses";
  /** The minus sign itself; defaults to a hyphen. */
  readonly minus?: string;
  /** Whether positive numbers carry a plus sign. @default false */
  readonly plus?: boolean;
  /** The fewest digits after the decimal mark; left out, as many as the column's `decimals`. */
  readonly leastDecimals?: number;
  /** The digit 0 of the script in which digits are written, and the marks of that script: "٠٫". */
  readonly digits?: string;
  /** Digits before the mark are filled up with zeros to so many. */
  readonly width?: number;
  /** In files blanks fill them up to so many characters, in front; below 0, behind. They are none of the number's text. */
  readonly filled?: number;
  /** The power of ten is written out, as in 1.5e+03: the letter, whether a plus is written, and the fewest digits. */
  readonly exponent?: { readonly letter: "e" | "E"; readonly plus: boolean; readonly digits: number };
  /** Numbers were held in single precision, so that 14.9 is written 14.8999996185303; left out, they stand as they are. */
  readonly single?: SinglePrecision;
}

/** Numbers as programs write them: 1234.5. */
export const plainNumbers: NumberFormat = { kind: "number", decimal: "." };

/** Whether programs read numbers so written: blanks around them say nothing, single precision is another value in the eighth digit only. */
export function isPlain(format: NumberFormat): boolean {
  const own = ["kind", "decimal", "single", "filled"];
  const extras = Object.entries(format).filter(([name, value]) => !own.includes(name) && value !== undefined);
  return extras.length === 0 && format.kind === "number" && format.decimal === ".";
}

const blanks = /[\s\u00a0\u202f]/g;

/** A reader of numbers so written: NaN for a text that is no such number. Blanks around it are passed over. */
export function numberParser(format: NumberFormat): (text: string) => number {
  const { decimal, thousands } = format;
  const prefix = format.prefix?.trim() ?? "";
  const suffix = format.suffix?.trim() ?? "";
  const core = corePattern(decimal, thousands, format.grouping);
  const plain = toPlain(format.digits);
  const short = format.single ? singleReader(format.single) : (value: number) => value;
  return (text) => {
    let rest = plain(text).trim();
    let negative = false;
    let signed = false;
    const sign = (found: boolean, minus: boolean): void => {
      if (!found) return;
      negative = negative || minus;
      signed = true;
    };
    if (rest.startsWith("(") && rest.endsWith(")")) {
      rest = rest.slice(1, -1).trim();
      sign(true, true);
    }
    const takeSign = (): void => {
      const found = /^[+\-−]\s*/.exec(rest);
      if (!found) return;
      if (signed) rest = "?";
      else rest = rest.slice(found[0].length);
      sign(true, found[0][0] !== "+");
    };
    takeSign();
    if (prefix !== "" && rest.startsWith(prefix)) {
      rest = rest.slice(prefix.length).trimStart();
      takeSign();
    } else if (prefix !== "" && suffix === "" && !/^0*[.,]?0*$/.test(rest)) return Number.NaN;
    if (suffix !== "" && !rest.endsWith(suffix) && /[-−]$/.test(rest) && !signed) {
      rest = rest.slice(0, -1).trimEnd();
      sign(true, true);
    }
    if (suffix !== "" && rest.endsWith(suffix)) rest = rest.slice(0, -suffix.length).trimEnd();
    else if (suffix !== "" && !/^0*[.,]?0*$/.test(rest)) return Number.NaN;
    if (/[-−]$/.test(rest) && !signed) {
      rest = rest.slice(0, -1).trimEnd();
      sign(true, true);
    }
    const match = core.exec(rest);
    if (!match) return Number.NaN;
    let [, whole, fraction = "", exponent = ""] = match;
    if (thousands !== undefined) whole = whole.replace(/\D/g, "");
    const value = Number(`${whole === "" ? "0" : whole}.${fraction === "" ? "0" : fraction}${exponent}`);
    if (!Number.isFinite(value)) return Number.NaN;
    return short(negative ? -value : value);
  };
}

/** The number with so many decimals; what is rounded to 0 has no minus. */
export function fixedText(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return value < 0 && !/[1-9]/.test(text) ? text.slice(1) : text;
}

/** A number's text with the blanks that files have around it. */
export function filledUp(text: string, { filled = 0 }: NumberFormat): string {
  return filled < 0 ? text.padEnd(-filled) : text.padStart(filled);
}

/** A writer of numbers in the format with at most `decimals` digits after the mark; left out, as many as it takes. */
export function numberPrinter(format: NumberFormat, decimals?: number): (value: number) => string {
  const { decimal, thousands, grouping, prefix = "", suffix = "", width = 0, minus = "-" } = format;
  const { negative = "minus", plus = false, exponent, single } = format;
  const native = fromPlain(format.digits);
  return (value) => {
    const size = Math.abs(single ? asSingle(value, single) : value);
    let [digits, power] = exponent
      ? size.toExponential(decimals === undefined ? undefined : Math.min(100, decimals)).split("e")
      : [decimals === undefined ? plainText(size) : toFixed(size, decimals), undefined];
    let [whole, fraction = ""] = digits.split(".");
    const least = format.leastDecimals ?? decimals ?? 0;
    while (fraction.length > least && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
    fraction = fraction.padEnd(least, "0");
    whole = whole.padStart(width, "0");
    if (thousands !== undefined) whole = grouped(whole, thousands, grouping);
    digits = fraction === "" ? whole : whole + decimal + fraction;
    // What is rounded to nothing has no sign.
    const below = value < 0 && /[1-9]/.test(digits);
    if (power !== undefined && exponent) {
      const small = power.startsWith("-");
      power = power.replace(/^[+-]/, "").padStart(exponent.digits, "0");
      digits += `${exponent.letter}${small ? "-" : exponent.plus ? "+" : ""}${power}`;
    }
    digits = native(digits);
    if (!below) return `${plus && value > 0 ? "+" : ""}${prefix}${digits}${suffix}`;
    if (negative === "parentheses") return `(${prefix}${digits}${suffix})`;
    if (negative === "trailing-minus") return `${prefix}${digits}${minus}${suffix}`;
    return negative === "inner-minus"
      ? `${prefix}${minus}${digits}${suffix}`
      : `${minus}${prefix}${digits}${suffix}`;
  };
}

function corePattern(
  decimal: string,
  thousands: string | undefined,
  grouping: NumberFormat["grouping"],
): RegExp {
  const mark = decimal === "." ? "\\." : ",";
  const between = thousands === undefined ? undefined : separatorClass(thousands);
  const groups =
    between === undefined
      ? "\\d+"
      : grouping === "lakh"
        ? `\\d{1,3}(?:${between}\\d{2})*${between}\\d{3}|\\d+`
        : `\\d{1,3}(?:${between}\\d{3})+|\\d+`;
  return new RegExp(`^(?=\\d|${mark}\\d)(${groups}|)(?:${mark}(\\d*))?([eE][+-]?\\d{1,4})?$`);
}

/** Blanks of any width stand for each other, and so do both apostrophes. */
function separatorClass(thousands: string): string {
  if (thousands.replace(blanks, "") === "") return "[\\s\\u00a0\\u202f]";
  if (thousands === "'" || thousands === "’") return "['’]";
  return thousands === "." ? "\\." : thousands;
}

function grouped(whole: string, thousands: string, grouping: NumberFormat["grouping"]): string {
  if (grouping !== "lakh") return whole.replace(/\B(?=(\d{3})+$)/g, thousands);
  const last = whole.slice(-3);
  const rest = whole.slice(0, -3);
  return rest === "" ? last : `${rest.replace(/\B(?=(\d{2})+$)/g, thousands)}${thousands}${last}`;
}

/** Digits without an exponent, however small or large the number. */
function plainText(size: number): string {
  const text = String(size);
  if (!text.includes("e")) return text;
  if (size >= 1) return BigInt(size).toString();
  const [digits, power] = text.split("e-");
  return `0.${"0".repeat(Number(power) - 1)}${digits.replace(".", "")}`;
}

function toFixed(size: number, decimals: number): string {
  return size >= 1e21 ? plainText(size) : size.toFixed(Math.min(100, decimals));
}
