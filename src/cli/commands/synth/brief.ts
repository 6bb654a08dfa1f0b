import type { Told } from "../../../synthesis/structure/describe";
import { print } from "../../support/output";

/** How much is printed of what is told: so many sentences of a group, fewer of each down to `least` where all take more than `rows` of a screen. */
interface Room {
  readonly most: number;
  readonly least: number;
  readonly rows: number;
  /** A sentence is cut where it is longer. */
  readonly characters: number;
}

/** What is lost is rather told whole than what is kept; with the notes both take one screen. */
const ofLost: Room = { most: 4, least: 2, rows: 14, characters: 240 };
const ofRules: Room = { most: 7, least: 3, rows: 20, characters: 170 };
const screenWidth = 120;
/** So many columns that the same is said of are named. */
const mostNamed = 3;

/** Sentences that belong under one heading, as they are printed: columns of which the same is said in one; of many the first, and of which columns the others are; long ones cut. */
export interface Brief {
  readonly group: string;
  readonly lines: readonly string[];
}

/** Prints what rows that are made lack, by kind, by `line`; `all` says where what is left out stands. */
export function printLost(
  title: string,
  lost: readonly Told[],
  { all = "--json tells all", line = print as (text: string) => void } = {},
): void {
  if (lost.length === 0) return;
  line(title);
  const indent = /^ */.exec(title)?.[0] ?? "";
  for (const { lines } of brief(lost, all, ofLost))
    for (const sentence of lines) line(`${indent}  ${sentence}`);
}

/** Prints rules under the headings of their groups. */
export function printRules(title: string, rules: readonly Told[], all: string): void {
  print(title);
  for (const { group, lines } of brief(rules, all, ofRules)) {
    print(`  ${group}:`);
    for (const line of lines) print(`    ${line}`);
  }
}

/** The groups in their order, in the room that there is; `all` says where what is left out stands. */
export function brief(told: readonly Told[], all: string, room: Room): readonly Brief[] {
  const groups = [...new Set(told.map(({ group }) => group))].map((group) => ({
    group,
    own: alike(told.filter((one) => one.group === group)),
  }));
  for (let most = room.most; ; most--) {
    const found = groups.map(({ group, own }) => ({ group, lines: linesOf(own, all, most, room) }));
    const rows = found.reduce((sum, { lines }) => sum + 1 + rowsOf(lines), 0);
    if (rows <= room.rows || most <= room.least) return found;
  }
}

/** How many rows of a screen the lines take, indented. */
function rowsOf(lines: readonly string[]): number {
  return lines.reduce((sum, { length }) => sum + Math.ceil((length + 4) / screenWidth), 0);
}

function linesOf(own: ReturnType<typeof alike>, all: string, most: number, { characters }: Room): string[] {
  // One line more is as short as to say that there is one.
  const shown = own.length > most + 1 ? own.slice(0, most) : own;
  const rest = own.slice(shown.length);
  const names = [...new Set(rest.flatMap(({ column }) => column))];
  const of = names.length > 0 ? ` of ${listed(names, mostNamed)}` : "";
  return [
    ...shown.map(({ text }) => cut(text, characters)),
    ...(rest.length > 0 ? [`… and ${rest.length} more${of} (${all})`] : []),
  ];
}

/** Sentences with the columns they speak of, those that say the same of several columns in one. */
function alike(told: readonly Told[]) {
  const found = new Map<string, { column: string[]; text: string }>();
  for (const { column, text } of told) {
    const says = column !== undefined && text.startsWith(`${column} `) ? text.slice(column.length) : text;
    const one = found.get(says);
    if (one && column !== undefined) one.column.push(column);
    else found.set(says, { column: column === undefined ? [] : [column], text });
  }
  return [...found].map(([says, { column, text }]) => ({
    column,
    text: column.length > 1 ? `${listed(column, mostNamed)}: each${says}` : text,
  }));
}

function listed(names: readonly string[], most: number): string {
  if (names.length <= most + 1) return names.join(", ");
  return `${names.slice(0, most).join(", ")} … ${names.at(-1)} (${names.length} columns)`;
}

/** A sentence up to where a word or a part of a list ends. */
function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const within = text.slice(0, characters - 2);
  const end = Math.max(within.lastIndexOf(", "), within.lastIndexOf("; "));
  return `${within.slice(0, end > characters / 2 ? end + 1 : within.lastIndexOf(" "))} …`;
}
