/** A cell that was run: session, number, code; with its output if that was asked for. */
export type HistoryEntry = readonly [
  session: number,
  cell: number,
  code: string | readonly [code: string, output: string | null],
];

interface Past {
  readonly cell: number;
  readonly code: string;
  output: string | null;
}

/** The cells of this kernel's life; nothing of them is kept longer. */
export class History {
  private readonly past: Past[] = [];

  add(cell: number, code: string): void {
    this.past.push({ cell, code, output: null });
  }

  /** Takes the value of the latest cell, as text. */
  addOutput(cell: number, output: string): void {
    const last = this.past[this.past.length - 1];
    if (last?.cell === cell) last.output = output;
  }

  /** What a history_request asks for: a range, those that match a pattern, or the last ones. */
  find(asked: Readonly<Record<string, unknown>>): readonly HistoryEntry[] {
    const { hist_access_type: kind, output } = asked;
    const found = kind === "range" ? this.range(asked) : this.last(asked);
    return found.map(
      (past) => [0, past.cell, output === true ? [past.code, past.output] : past.code] as const,
    );
  }

  private range({ start, stop, session }: Readonly<Record<string, unknown>>): Past[] {
    // Sessions before this one are not known.
    if (Number(session ?? 0) !== 0) return [];
    const to = stop === null || stop === undefined ? Infinity : Number(stop);
    return this.past.filter(({ cell }) => cell >= Number(start ?? 0) && cell < to);
  }

  private last({ hist_access_type, n, pattern, unique }: Readonly<Record<string, unknown>>): Past[] {
    const match = hist_access_type === "search" ? glob(String(pattern ?? "*")) : /^/;
    let found = this.past.filter(({ code }) => match.test(code));
    if (unique === true)
      found = found.filter(({ code }, i) => found.findLastIndex((other) => other.code === code) === i);
    return typeof n === "number" && n > 0 ? found.slice(-n) : found;
  }
}

/** The pattern of a shell as a regular expression over the whole text. */
function glob(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*/g, "[^]*").replace(/\?/g, "[^]")}$`);
}
