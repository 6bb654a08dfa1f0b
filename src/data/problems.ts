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
export function problemText(problem: Problem): string {
  const subject = problem.column === undefined ? "" : `${problem.column} `;
  return `${problem.file}:${problem.line}: ${subject}${problem.rule}, got ${JSON.stringify(shortened(problem.value))}`;
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

  add(problem: Problem): void {
    this.count++;
    const key = problem.column === undefined ? problem.rule : `${problem.column}: ${problem.rule}`;
    this.byRule.set(key, (this.byRule.get(key) ?? 0) + 1);
    if (problem.column !== undefined)
      this.byColumn.set(problem.column, (this.byColumn.get(problem.column) ?? 0) + 1);
    if (this.kept.length < this.most) this.kept.push({ ...problem, value: shortened(problem.value) });
  }
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
