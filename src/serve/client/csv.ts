/** Hands out the records of CSV text that comes in pieces, as this server writes it: commas, quotes where needed. */
export class CsvRecords {
  private cells: string[] = [];
  private cell = "";
  private quoted = false;
  /** Whether the last character was a quote inside quotes: the end of the cell, or the first of two. */
  private doubt = false;

  push(text: string): string[][] {
    const out: string[][] = [];
    for (const letter of text) {
      if (this.doubt) {
        this.doubt = false;
        if (letter === '"') {
          this.cell += letter;
          continue;
        }
        this.quoted = false;
      }
      if (this.quoted) {
        if (letter === '"') this.doubt = true;
        else this.cell += letter;
      } else if (letter === '"') this.quoted = true;
      else if (letter === "," || letter === "\n") {
        this.cells.push(this.cell);
        this.cell = "";
        if (letter === "\n") out.push(this.cells.splice(0));
      } else this.cell += letter;
    }
    return out;
  }
}
