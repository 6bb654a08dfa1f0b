/** The cells of a CSV text, line by line, without its header. */
export function linesOf(text: string): string[][] {
  return text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));
}
