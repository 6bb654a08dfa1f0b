/** One thing wrong with the data, and where: what a user needs to find and mend it. */
export interface Problem {
  readonly file: string;
  /** From 1, with the header on line 1: where the record begins. */
  readonly line: number;
  /** Absent where the whole row is wrong. */
  readonly column?: string;
  readonly rule: string;
  readonly value: string;
}

/** `churn.csv:17: Total day calls must be a number, got "many"`. */
export function problemText(one: Problem): string {
  const subject = one.column === undefined ? "" : `${one.column} `;
  return `${one.file}:${one.line}: ${subject}${one.rule}, got ${JSON.stringify(shortened(one.value))}`;
}

/** Counts every problem and keeps the first few. */
export class ProblemLog {
  readonly kept: Problem[] = [];
  count = 0;
  /** How often each rule was broken, by `column: rule`. */
  readonly byRule: Map<string, number> = new Map();
  /** How many problems each column has. */
  readonly byColumn: Map<string, number> = new Map();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  add(one: Problem): void {
    this.count++;
    const key = one.column === undefined ? one.rule : `${one.column}: ${one.rule}`;
    this.byRule.set(key, (this.byRule.get(key) ?? 0) + 1);
    if (one.column !== undefined) this.byColumn.set(one.column, (this.byColumn.get(one.column) ?? 0) + 1);
    if (this.kept.length < this.most) this.kept.push({ ...one, value: shortened(one.value) });
  }
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
