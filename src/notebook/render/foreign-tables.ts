const isNumber = /^[-\u2212+]?[\d.,]*\d(?:e[-+]?\d+)?\s*%?$/i;
/** What stands in a column of numbers where one is missing or left out. */
const isNothing = /^(?:|\.\.\.|…|nan|nat|none|null|&lt;na&gt;|[-+]?inf|[-–—])$/i;
const cell = /<(t[dh])\b([^>]*)>([\s\S]*?)<\/\1>/gi;

/** Tables of others get what our own have: they scroll in themselves, and columns of numbers stand at the right. */
export function withTables(markup: string): string {
  if (!/<table\b/i.test(markup) || markup.includes('class="tl-table"')) return markup;
  return markup
    .replace(/<th\b[^>]*>\s*<\/th>/gi, "<td></td>")
    .replace(/<table\b(?:(?!<table\b)[\s\S])*?<\/table>/gi, aligned)
    .replace(/<table\b/gi, '<div class="tl-table" tabindex="0" role="group" aria-label="Table"><table')
    .replace(/<\/table>/gi, "</table></div>");
}

function aligned(table: string): string {
  const numeric: (boolean | undefined)[] = [];
  if (!/\b(?:col|row)span=/i.test(table))
    for (const [row] of table.matchAll(/<tr\b[\s\S]*?<\/tr>/gi)) {
      let i = 0;
      for (const [, tag, , content] of row.matchAll(cell)) {
        const text = textOf(content);
        if (tag.toLowerCase() === "td" && !isNothing.test(text))
          numeric[i] = numeric[i] !== false && isNumber.test(text);
        i++;
      }
    }
  return table.replace(/<tr\b[\s\S]*?<\/tr>/gi, (row) => {
    let i = 0;
    return row.replace(cell, (whole, tag: string, attributes: string, content: string) => {
      const text = textOf(content);
      const own = numeric[i++] === true && (tag.toLowerCase() === "th" || isNothing.test(text));
      if (!own && !isNumber.test(text)) return whole;
      const classed = /\bclass="/i.test(attributes)
        ? attributes.replace(/\bclass="/i, "$&tl-num ")
        : ` class="tl-num"${attributes}`;
      return `<${tag}${classed}>${content}</${tag}>`;
    });
  });
}

function textOf(content: string): string {
  return content.replace(/<[^>]*>|&nbsp;/g, "").trim();
}
