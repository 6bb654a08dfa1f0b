/** How a column writes its dates. */
export interface DateFormat {
  /** The order of the parts, with what stands between them: `y-m-d H:M:S`, `d.m.y`, `m/d/y`. */
  readonly pattern: string;
  /** Milliseconds between two neighbours: a day when no time of day is ever written. */
  readonly step: number;
}

const day = 86_400_000;
const patterns = ["y-m-d", "y/m/d", "d.m.y", "m/d/y", "d/m/y", "d-m-y", "y-m"];
const times = ["", " H:M", " H:M:S", "TH:M", "TH:M:S", "TH:M:SZ", "TH:M:S.L", "TH:M:S.LZ"];
const part: Readonly<Record<string, string>> = {
  y: "(\\d{4})",
  m: "(\\d{1,2})",
  d: "(\\d{1,2})",
  H: "(\\d{1,2})",
  M: "(\\d{2})",
  S: "(\\d{2})",
  L: "(\\d{3})",
};

/** The first format that reads every value (missing ones aside), or undefined. */
export function dateFormatOf(values: readonly string[]): DateFormat | undefined {
  const present = values.filter((value) => value !== "");
  if (present.length === 0) return undefined;
  for (const date of patterns) {
    for (const time of times) {
      const pattern = date + time;
      const read = dateReader(pattern);
      if (Number.isNaN(read(present[0]))) continue;
      const numbers = present.map(read);
      if (!numbers.some(Number.isNaN)) return { pattern, step: stepOf(numbers) };
    }
  }
  return undefined;
}

/** Reads a date into milliseconds since 1970 (UTC); NaN where the text is no such date. */
export function dateReader(pattern: string): (text: string) => number {
  const order: string[] = [];
  const source = pattern.replace(/[ymdHMSL]|[^ymdHMSL]+/g, (token) => {
    if (!(token in part)) return token.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    order.push(token);
    return part[token];
  });
  const expression = new RegExp(`^${source}$`);
  return (text) => {
    const found = expression.exec(text);
    if (!found) return Number.NaN;
    const at: Record<string, number> = { y: 1970, m: 1, d: 1, H: 0, M: 0, S: 0, L: 0 };
    order.forEach((token, i) => {
      at[token] = Number(found[i + 1]);
    });
    const value = Date.UTC(at.y, at.m - 1, at.d, at.H, at.M, at.S, at.L);
    const back = new Date(value);
    // Date.UTC turns 31 February into March: that is no date.
    const holds = back.getUTCMonth() === at.m - 1 && back.getUTCDate() === at.d && at.H < 24 && at.M < 60;
    return holds && at.S < 60 ? value : Number.NaN;
  };
}

/** Writes milliseconds since 1970 in the format; "" for NaN. */
export function writeDate(value: number, format: DateFormat): string {
  if (Number.isNaN(value)) return "";
  const date = new Date(Math.round(value / format.step) * format.step);
  const text = (number: number, digits: number): string => String(number).padStart(digits, "0");
  return format.pattern.replace(/[ymdHMSL]/g, (token) => {
    if (token === "y") return text(date.getUTCFullYear(), 4);
    if (token === "m") return text(date.getUTCMonth() + 1, 2);
    if (token === "d") return text(date.getUTCDate(), 2);
    if (token === "H") return text(date.getUTCHours(), 2);
    if (token === "M") return text(date.getUTCMinutes(), 2);
    return token === "S" ? text(date.getUTCSeconds(), 2) : text(date.getUTCMilliseconds(), 3);
  });
}

function stepOf(numbers: readonly number[]): number {
  return [day, 3_600_000, 60_000, 1000].find((step) => numbers.every((value) => value % step === 0)) ?? 1;
}
