import { inAnyDigits } from "./digits";
import { type DurationFormat, durationParser } from "./duration-format";
import { mostCounted } from "./learn-numbers";

/** How the times among some texts are written, and the share of texts, counted as often as they occur, that are such. */
export interface LearnedDurations {
  readonly format: DurationFormat;
  readonly share: number;
}

const clock =
  /^-?(?:\d{1,5}(\s?)(\p{L}+)(,?\s+))?(\d{1,5}):\d\d(:\d\d(?:[.,]\d{1,9})?)?(?:(\s?)([AaPp])\.?[Mm]\.?)?$/u;
const iso = /^P(?=.)(\d+D)?(?:T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/;
const amount = /(\d{1,6})(\s?\p{L}+\.?)(,?\s*)/guy;
const units = ["d", "H", "m", "s"] as const;
type Unit = (typeof units)[number];
const words: Readonly<Record<Unit, string>> = {
  d: "d day days tag tage tagen j jour jours día días giorno giorni dag dagen 天 日",
  H: "h hr hrs hour hours std stunde stunden heure heures hora horas ora ore uur 小时 時間 时",
  m: "m min mins minute minutes minuten minuto minutos minuti 分钟 分",
  s: "s sec secs second seconds sek sekunde sekunden seconde secondes segundo segundos secondi seconden 秒",
};
const unitOf = new Map(units.flatMap((unit) => words[unit].split(" ").map((word) => [word, unit] as const)));

/** How times of day, lengths of time with colons or units (`1h 05m`, `2 days, 3:04:05`) and those of ISO 8601 are written. */
export const learnDurations = inAnyDigits(
  (values: readonly string[], counts?: ArrayLike<number>): LearnedDurations | undefined => {
    const texts = values.slice(0, 5000).map((text) => text.trim());
    const weight = (i: number): number => (counts ? counts[i] : 1);
    const total = texts.reduce((sum, _, i) => sum + weight(i), 0);
    const fraction = texts.reduce(
      (most, text) => Math.max(most, /:\d\d[.,](\d+)/.exec(text)?.[1].length ?? 0),
      0,
    );
    let best: LearnedDurations | undefined;
    for (const pattern of [clockPattern(texts, weight), isoPattern(texts), unitPattern(texts, weight)]) {
      if (pattern === undefined) continue;
      const format: DurationFormat = { kind: "duration", pattern, ...(fraction > 0 ? { fraction } : {}) };
      const parse = durationParser(format);
      const fit = texts.reduce((sum, text, i) => sum + (Number.isNaN(parse(text)) ? 0 : weight(i)), 0);
      if (fit > 0 && (best === undefined || fit / total > best.share)) best = { format, share: fit / total };
    }
    return best;
  },
);

/** The commonest way of those with colons. */
function clockPattern(texts: readonly string[], weight: (i: number) => number): string | undefined {
  const ways = new Map<string, number>();
  const days = new Map<string, number>();
  let [padded, plain, single] = [true, 0, false];
  texts.forEach((text, i) => {
    const match = clock.exec(text);
    if (!match || (match[2] !== undefined && unitOf.get(match[2].toLowerCase()) !== "d")) return;
    const [, blank, word, joint, hours, sec, gap, letter] = match;
    padded &&= hours.length > 1;
    const half = letter === undefined ? "" : `${gap}${letter === letter.toLowerCase() ? "b" : "a"}`;
    add(ways, `:mm${sec ? ":ss" : ""}${half}`, weight(i));
    if (word === undefined) plain++;
    else {
      add(days, `${blank}${word.replace(/^day$/, "days")}${joint}`, weight(i));
      single ||= word === "day";
    }
  });
  const way = mostCounted(ways);
  const day = mostCounted(days);
  if (way === undefined) return undefined;
  const hour = /[ab]$/.test(way) ? "h" : "H";
  const before = day === undefined ? "" : `d'${single ? day.replace("days", "day(s)") : day}'`;
  return `${before !== "" && plain > 0 ? `[${before}]` : before}${padded ? hour + hour : hour}${way}`;
}

function isoPattern(texts: readonly string[]): string | undefined {
  const own = texts.flatMap((text) => [iso.exec(text)?.slice(1) ?? []]).filter((parts) => parts.length > 0);
  const used = units.map((_, k) => own.filter((parts) => parts[k] !== undefined).length);
  const part = (k: number): string => {
    const text = `${units[k]}'${units[k].toUpperCase()}'`;
    return used[k] === 0 ? "" : used[k] < own.length ? `[${text}]` : text;
  };
  const time = [1, 2, 3].map(part).join("");
  return used.filter((count) => count > 0).length < 2 ? undefined : `'P'${part(0)}${time && `'T'${time}`}`;
}

/** Amounts with their units, the larger before the smaller; at least two of them. */
function unitPattern(texts: readonly string[], weight: (i: number) => number): string | undefined {
  const seen = new Map(
    units.map((unit) => [
      unit,
      { words: new Map<string, number>(), joints: new Map<string, number>(), padded: 0, bare: 0, texts: 0 },
    ]),
  );
  let count = 0;
  texts.forEach((text, i) => {
    const parts = [...text.replace(/^-/, "").matchAll(amount)];
    const own = parts.map(([, , word]) => unitOf.get(word.trim().replace(/\.$/, "").toLowerCase()));
    const falls = own.every(
      (unit, k) => unit !== undefined && (k === 0 || units.indexOf(unit) > units.indexOf(own[k - 1] as Unit)),
    );
    if (!falls || parts.length === 0 || parts.reduce((sum, [all]) => sum + all.length, 0) < text.length)
      return;
    count++;
    parts.forEach(([, digits, word, joint], k) => {
      const one = seen.get(own[k] as Unit);
      if (one === undefined) return;
      one.texts++;
      add(one.words, word, weight(i));
      if (k < parts.length - 1) add(one.joints, joint, weight(i));
      if (digits[0] === "0" && digits.length === 2) one.padded++;
      if (digits.length === 1 && k > 0) one.bare++;
    });
  });
  const used = [...seen].filter(([, one]) => one.texts > 0);
  if (used.length < 2) return undefined;
  return used
    .map(([unit, one]) => {
      const word = mostCounted(one.words) as string;
      const [many, single] = [word.replace(/s?$/, "s"), word.replace(/s$/, "")];
      const both = many.length > 2 && one.words.has(many) && one.words.has(single);
      const field = one.padded > 0 && one.bare === 0 ? unit + unit : unit;
      const text = `${field}'${both ? `${single}(s)` : word}${mostCounted(one.joints) ?? ""}'`;
      return one.texts < count ? `[${text}]` : text;
    })
    .join("");
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
