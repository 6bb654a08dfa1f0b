import { columnNamed, isCategorical, type Table, takeTableRows } from "../../data/table";
import type { DeskField } from "./columns";
import { type DecisionRules, type Risk, riskOf, risks } from "./decide";
import type { Desk } from "./desk";

/** What an agent can bring about for a customer: a field, the value it is set to, and what that costs. */
export interface AgentChange {
  /** The field's key or its column. */
  readonly field: string;
  /** A value; of a number also a part of what it is now, as "-10%". */
  readonly to: string;
  /** Undefined where nobody said. */
  readonly cost?: number;
}

/** One thing different about a customer, and what then would be. */
export interface Change {
  readonly column: string;
  readonly from: string | number;
  readonly to: string | number;
  readonly probability: number;
  readonly risk: Risk;
  readonly cost?: number;
  /** What the change is expected to bring, (1 − p) × value after less before and less its cost; where all is known. */
  readonly profit?: number;
}

/**
 * What can be changed for the reference's customers: nobody is talked into the international plan, whose customers leave
 * more. Calls and minutes are the past, and where somebody lives is theirs.
 */
export const standardChanges: readonly AgentChange[] = [
  { field: "international_plan", to: "No" },
  { field: "voice_mail_plan", to: "Yes" },
  { field: "voice_mail_plan", to: "No" },
];

/** The changes of `FIELD=VALUE:COST;…`, where ":COST" may be left out; throws where it is none. */
export function readChanges(text: string): AgentChange[] {
  return text
    .split(";")
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => {
      const match = /^([^=]+)=(.+?)(?::\s*(\d+(?:\.\d+)?))?$/.exec(text);
      if (!match)
        throw new RangeError(
          `Cannot read what an agent can change: each must be FIELD=VALUE or FIELD=VALUE:COST, with semicolons between, got ${JSON.stringify(text)}`,
        );
      const [, field, to, cost] = match;
      return { field: field.trim(), to: to.trim(), ...(cost === undefined ? {} : { cost: Number(cost) }) };
    });
}

const voiceMail = "Voice mail plan";
const messages = "Number vmail messages";
/** Messages of a usual customer with a voice-mail plan. */
const usualMessages = 28;
/** A change of less is none. */
const least = 0.01;

interface Idea {
  readonly column: string;
  /** Numbers and codes set, by column. */
  readonly set: ReadonlyMap<string, number>;
  readonly cost?: number;
}

/** What one change of those that an agent can bring about would make of the only row of `rows`, the best first. */
export function changes(
  desk: Desk,
  rows: Table,
  rules: DecisionRules,
  allowed: readonly AgentChange[],
): Change[] {
  const before = desk.score(rows);
  const now = before.probability[0];
  const ideas = allowed.flatMap((change) => ideaOf(desk.fields, rows, change) ?? []);
  if (ideas.length === 0) return [];
  const { probability, value } = desk.score(changed(rows, ideas));
  return ideas
    .map((idea, k): Change => {
      const { column, cost } = idea;
      const profit = (1 - probability[k]) * value[k] - (1 - now) * before.value[0] - (cost ?? Number.NaN);
      return {
        column,
        from: cell(rows, column),
        to: cell(changed(rows, [idea]), column),
        probability: probability[k],
        risk: risks[riskOf(probability[k], rules)],
        ...(cost === undefined ? {} : { cost }),
        ...(Number.isNaN(profit) ? {} : { profit }),
      };
    })
    .filter((change) => change.probability <= now - least)
    .sort((a, b) =>
      a.profit !== undefined && b.profit !== undefined ? b.profit - a.profit : a.probability - b.probability,
    );
}

/** The fields that are named and that the model has not, or has without that value: what can't be told of. */
export function unknownChanges(fields: readonly DeskField[], allowed: readonly AgentChange[]): AgentChange[] {
  return allowed.filter((change) => {
    const field = fieldOf(fields, change);
    return !field || targetOf(field, 0, change.to) === undefined;
  });
}

function fieldOf(fields: readonly DeskField[], { field }: AgentChange): DeskField | undefined {
  return fields.find((one) => one.key === field || one.column === field);
}

/** The code or number that the field is set to, from what it is now; undefined where it can't be set so. */
function targetOf(field: DeskField, now: number, to: string): number | undefined {
  if (field.kind === "number") {
    const part = /^([+-]\d+(?:\.\d+)?)\s*%$/.exec(to);
    const value = part ? now * (1 + Number(part[1]) / 100) : Number(to);
    return Number.isFinite(value) ? Math.min(field.high, Math.max(field.low, value)) : undefined;
  }
  if (field.kind === "words") return undefined;
  const levels = field.kind === "yes-no" ? ["No", "Yes"] : field.choices;
  const code = levels.findIndex((level) => level.toLowerCase() === to.toLowerCase());
  return code < 0 ? undefined : code;
}

function ideaOf(fields: readonly DeskField[], rows: Table, change: AgentChange): Idea | undefined {
  const field = fieldOf(fields, change);
  if (!field) return undefined;
  const column = columnNamed(rows, field.column);
  const now = isCategorical(column)
    ? column.codes[0]
    : column.type === "numeric"
      ? column.values[0]
      : Number.NaN;
  const target = targetOf(field, now, change.to);
  if (target === undefined || Number.isNaN(target) || target === now) return undefined;
  const set = new Map([[field.column, target]]);
  // Messages come with the plan.
  if (field.column === voiceMail && fields.some((other) => other.column === messages))
    set.set(messages, target === 1 ? usualMessages : 0);
  return { column: field.column, set, ...(change.cost === undefined ? {} : { cost: change.cost }) };
}

/** The row once for each idea, with what the idea sets. */
function changed(rows: Table, ideas: readonly Idea[]): Table {
  const many = takeTableRows(rows, new Int32Array(ideas.length));
  const columns = many.columns.map((column) => {
    const into = isCategorical(column) ? column.codes : column.type === "numeric" ? column.values : undefined;
    ideas.forEach(({ set }, k) => {
      const value = set.get(column.name);
      if (value !== undefined && into) into[k] = value;
    });
    return column;
  });
  return { rows: many.rows, columns: columns.filter((column) => !/^Total \w+ charge$/.test(column.name)) };
}

function cell(rows: Table, column: string): string | number {
  const one = columnNamed(rows, column);
  if (one.type === "numeric") return one.values[0];
  return isCategorical(one) ? (one.levels[one.codes[0]] ?? "") : one.values[0];
}
