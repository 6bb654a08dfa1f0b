import type { CellsOfTie } from "./key-ties";

/** A part of a text that is what another column says in the row, as it is written there. */
export interface NamePart {
  readonly of: string;
  /** The first of its words, the last, its longest number, or all of its words with this between them. */
  readonly words: "first" | "last" | "number" | { readonly between: string };
  readonly letters: "same" | "lower" | "upper";
  /** What becomes of ä, é and ß: they stay, ae, e and ss, or a, e and ss. */
  readonly marks: "stay" | "ae" | "a";
  /** Whether the first letter stands for it. */
  readonly initial: boolean;
}

/** How a name is written inside another text. */
type Writing = Omit<NamePart, "of">;

/** Fewer rows say nothing; more are not looked at while ways are compared. */
const [fewestRows, mostRows] = [20, 300];
/** Columns of fewer cells are classes, not names. */
const fewestCells = 5;
/** Rows that hold a name by chance are counted with the names of others. */
const leastShare = 0.1;
const timesChance = 3;
/** Where single letters stand in texts they are the initial in nearly all of them. */
const initialShare = 0.9;
const leastLength = 3;
const mostParts = 6;

/** Shorter numbers stand in others by chance. */
const leastDigits = 4;

const numbered: Writing = { words: "number", letters: "same", marks: "stay", initial: false };
const worded: readonly Writing[] = (["same", "lower", "upper"] as const).flatMap((letters) =>
  (["stay", "ae", "a"] as const).flatMap((marks) =>
    [false, true].flatMap((initial) => [
      ...(["", " ", ".", "-", "_"] as const).map((between) => ({
        words: { between },
        letters,
        marks,
        initial,
      })),
      ...(["first", "last"] as const).map((words) => ({ words, letters, marks, initial })),
    ]),
  ),
);

/** Whether a name can be written so. */
export function isWriting(given: Partial<Writing>): given is Writing {
  const written = ({ words, letters, marks, initial }: Partial<Writing>) =>
    JSON.stringify([words, letters, marks, initial]);
  return [numbered, ...worded].some((one) => written(one) === written(given));
}

/** What stands in a text in the place of part `k`: a character of nobody's own. */
const standIn = (k: number): string => String.fromCharCode(0xe000 + k);
const standIns = /[\ue000-\uf8ff]/;

/**
 * The parts of texts that columns of names say: `vorname.nachname@`, `f.lastname`, `First Last`; each in its row. Of a column of which
 * each row has its `own` cell the number may be one (a policy's in that of a claim).
 */
export function nameParts(
  texts: readonly string[],
  columns: readonly { readonly name: string; readonly cells: readonly string[]; readonly own?: boolean }[],
): readonly NamePart[] {
  const step = Math.max(1, texts.length / mostRows);
  const rows = Array.from({ length: Math.min(mostRows, texts.length) }, (_, k) => Math.floor(k * step));
  const bare = rows.map((i) => texts[i]);
  const simple = bare.map((text) => plain(text.toLowerCase(), "a"));
  const ways = columns.flatMap(({ name, cells, own: unique }) => {
    const own = rows.map((i) => cells[i]);
    if (new Set(own).size < fewestCells) return [];
    const write = (writing: Writing) => {
      let said: readonly string[] | undefined;
      const saying = (): readonly string[] => {
        const write = writerOf(writing);
        // A text that is a word of a longer one is what that holds, not the other way round.
        said ??= own.map((cell, i) => {
          const word = write(cell);
          return typeof writing.words === "string" &&
            word === texts[rows[i]] &&
            word.length < cell.trim().length
            ? ""
            : word;
        });
        return said;
      };
      return { part: { of: name, ...writing }, saying };
    };
    // Words that stand in no way in the texts need not be tried in every way.
    const found = (["first", "last"] as const).some((words) => {
      const said = write({ words, letters: "lower", marks: "a", initial: false }).saying();
      return (
        leastShare * bare.length <= 2 * said.filter((text, i) => placeIn(simple[i], text, false) >= 0).length
      );
    });
    const words = worded.filter(({ initial }) => initial || found);
    return (unique ? [...words, numbered] : words).map(write);
  });
  const parts: NamePart[] = [];
  const takesOne = (initial: boolean): boolean => {
    const alone = bare.filter((text) => loneLetter.test(text)).length;
    const least = Math.max(fewestRows, leastShare * bare.length, initial ? initialShare * alone : 0);
    if (initial && alone < fewestRows) return false;
    const found = ways.flatMap(({ part, saying }) => {
      if (part.initial !== initial) return [];
      const said = saying();
      const held = bare.filter((text, i) => placeIn(text, said[i], initial) >= 0).length;
      if (held < least) return [];
      const other = (i: number): string => said[(i + (said.length >> 1) + 1) % said.length];
      const chance = bare.filter((text, i) => placeIn(text, other(i), initial) >= 0).length;
      if (held < timesChance * chance) return [];
      const length = said.reduce(
        (sum, own, i) => sum + (placeIn(bare[i], own, initial) < 0 ? 0 : own.length),
        0,
      );
      return [{ part, said, length }];
    });
    const [best] = found.sort((a, b) => b.length - a.length);
    if (!best) return false;
    bare.forEach((text, i) => {
      bare[i] = putIn(text, best.said[i], standIn(parts.length), initial);
    });
    parts.push(best.part);
    return true;
  };
  for (const initial of [false, true]) while (parts.length < mostParts && takesOne(initial));
  return parts;
}

/** Texts with a character in the place of each part. */
export function withoutNames(
  texts: readonly string[],
  parts: readonly NamePart[],
  cellsOf: CellsOfTie,
): string[] {
  return parts.reduce<string[]>(
    (bare, part, k) => {
      const cells = cellsOf(part) as readonly string[];
      const write = writerOf(part);
      return bare.map((text, i) => putIn(text, write(cells[i]), standIn(k), part.initial));
    },
    [...texts],
  );
}

/** Texts with what the columns say in the place of those characters; an x for a name that is missing. */
export function withNames(
  bare: readonly string[],
  parts: readonly NamePart[],
  cellsOf: CellsOfTie,
): string[] {
  return parts.reduce<string[]>(
    (texts, part, k) => {
      const cells = cellsOf(part) as readonly string[];
      const write = writerOf(part);
      return texts.map((text, i) => text.replaceAll(standIn(k), () => write(cells[i]) || "x"));
    },
    [...bare],
  );
}

/** Whether a number is among the parts, of which each row has its own: nothing else need tell rows apart. */
export function areNumbered(parts: readonly NamePart[]): boolean {
  return parts.some(({ words }) => words === "number");
}

/** Whether nothing but names stands in it that tells it from others. */
export function isNamesAlone(bare: string): boolean {
  return standIns.test(bare) && !/\p{Nd}/u.test(bare);
}

/** A text with columns' names in braces in the place of what they say. */
export function describeNames(text: string, parts: readonly NamePart[]): string {
  return parts.reduce(
    (told, { of, initial, words }, k) =>
      told.replaceAll(
        standIn(k),
        () => `{${initial ? "initial of " : words === "number" ? "number of " : ""}${of}}`,
      ),
    text,
  );
}

const loneLetter = /(?<![\p{L}\p{M}])\p{L}(?![\p{L}\p{M}])/u;

/** Where the name stands in the text; −1 where it does not. An initial is no letter of a word. */
function placeIn(text: string, said: string, initial: boolean): number {
  if (!initial) return said.length < leastLength ? -1 : text.indexOf(said);
  const found =
    said === "" ? undefined : [...text.matchAll(new RegExp(loneLetter, "gu"))].find(([one]) => one === said);
  return found?.index ?? -1;
}

function putIn(text: string, said: string, mark: string, initial: boolean): string {
  const at = placeIn(text, said, initial);
  return at < 0 ? text : text.slice(0, at) + mark + text.slice(at + said.length);
}

function writerOf({ words, letters, marks, initial }: Writing): (cell: string) => string {
  if (words === "number")
    return (cell) => {
      const runs = cell.match(/\p{Nd}+/gu) ?? [];
      const longest = runs.reduce((a, b) => (b.length > a.length ? b : a), "");
      return longest.length < leastDigits ? "" : longest;
    };
  return (cell) => {
    const all = cell.split(/[\s-]+/u).filter((word) => word !== "");
    const chosen =
      words === "first"
        ? (all[0] ?? "")
        : words === "last"
          ? (all.at(-1) ?? "")
          : words.between === " "
            ? cell
            : cell.split(/\s+/u).join(words.between);
    const cased =
      letters === "lower" ? chosen.toLowerCase() : letters === "upper" ? chosen.toUpperCase() : chosen;
    const folded = marks === "stay" ? cased : plain(cased, marks);
    return initial ? (folded.match(/\p{L}/u)?.[0] ?? "") : folded;
  };
}

const spelt: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  ø: "o",
  å: "a",
  ł: "l",
  đ: "d",
  ı: "i",
  œ: "oe",
};

/** Letters without what stands above or below them. */
function plain(text: string, marks: "ae" | "a"): string {
  const umlauts =
    marks === "ae"
      ? text.replace(/[äöü]/gi, (one) => `${one.normalize("NFD")[0]}${one === one.toLowerCase() ? "e" : "E"}`)
      : text;
  return umlauts
    .replace(/[ßæøåłđıœ]/gi, (one) => spelt[one] ?? spelt[one.toLowerCase()]?.toUpperCase() ?? one)
    .normalize("NFD")
    .replace(/\p{M}/gu, "");
}

/** The columns that parts are of, in words with their verb. */
export function describeSaying(parts: readonly NamePart[]): string {
  const of = [...new Set(parts.map((part) => part.of))];
  return `${of.join(" and ")} ${of.length > 1 ? "say" : "says"}`;
}
