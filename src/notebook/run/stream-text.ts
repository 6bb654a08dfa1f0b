// Text is folded into the lines a terminal would show whenever this much has piled up, so that a progress bar that
// rewrites its line a million times costs no memory.
const foldAt = 1 << 16;

/** Text as a terminal shows it: a carriage return overwrites its line, a backspace takes back a sign. */
export class StreamText {
  private done: string[] = [];
  private pending: string[] = [];
  private waiting = 0;
  private foldNext = foldAt;

  append(text: string): void {
    this.pending.push(text);
    this.waiting += text.length;
    if (this.waiting >= this.foldNext) this.fold();
  }

  /** The whole text so far. */
  text(): string {
    this.fold();
    if (this.done.length > 1) this.done = [this.done.join("")];
    return (this.done[0] ?? "") + (this.pending[0] ?? "");
  }

  /** Moves the finished lines to `done` and keeps the last, still open line pending. */
  private fold(): void {
    const text = this.pending.join("");
    const cut = text.lastIndexOf("\n") + 1;
    if (cut > 0) this.done.push(shown(text.slice(0, cut)));
    const open = shownLine(text.slice(cut));
    this.pending = open === "" ? [] : [open];
    this.waiting = 0;
    // A long open line is folded again only when as much has come on top: linear work for a line of any length.
    this.foldNext = Math.max(foldAt, open.length);
  }
}

/** The text with carriage returns and backspaces carried out. */
function shown(text: string): string {
  return /[\r\b]/.test(text) ? text.split("\n").map(shownLine).join("\n") : text;
}

/** As nbclient does: what stands before a return is gone, unless the return is the line's last sign. */
function shownLine(line: string): string {
  if (line.length < 2 || !/[\r\b]/.test(line)) return line;
  let out = line.slice(line.lastIndexOf("\r", line.length - 2) + 1);
  for (let before = ""; before !== out; ) {
    before = out;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the backspace is what is looked for
    out = out.replace(/[^\b]\u0008/g, "");
  }
  return out;
}
