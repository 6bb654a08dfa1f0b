/** The decimal and thousands marks of Arabic script, and what they are elsewhere. */
const marks: Readonly<Record<string, string>> = { "٫": ".", "٬": "," };
/** Signs of full width are signs. */
const wide: Readonly<Record<string, string>> = { "．": ".", "，": ",", "－": "-", "／": "/", "：": ":" };
const native = /[٫٬]|(?![0-9])\p{Nd}/u;

/**
 * The digit 0 of the script in whose digits the texts are written, and the marks that are its own: "٠٫"; undefined where they are
 * written in 0 to 9, or in several scripts.
 */
function digitsOf(texts: readonly string[]): string | undefined {
  if (!texts.some((text) => native.test(text))) return undefined;
  const found = new Set<string>();
  for (const text of texts) for (const [digit] of text.matchAll(/\p{Nd}/gu)) found.add(zeroOf(digit));
  const own = [...Object.keys(marks), ...Object.keys(wide)].filter((mark) =>
    texts.some((text) => text.includes(mark)),
  );
  return found.size === 1 && !found.has("0") ? [...found, ...own].join("") : undefined;
}

/** What turns text in such digits and marks into 0 to 9, point and comma: what is written otherwise stays. */
export function toPlain(digits: string | undefined): (text: string) => string {
  if (digits === undefined) return (text) => text;
  const [zero] = digits;
  const first = zero.codePointAt(0) as number;
  return (text) =>
    text.replace(/[٫٬．，－／：]|\p{Nd}/gu, (sign) => {
      const place = (sign.codePointAt(0) as number) - first;
      return place >= 0 && place <= 9 ? String(place) : (marks[sign] ?? wide[sign] ?? sign);
    });
}

/** What turns text in digits from 0 to 9 into such as they are written in the column. */
export function fromPlain(digits: string | undefined): (text: string) => string {
  if (digits === undefined) return (text) => text;
  const [zero, ...own] = digits;
  const first = zero.codePointAt(0) as number;
  const signs = new Map(own.map((mark) => [marks[mark] ?? wide[mark], mark]));
  return (text) =>
    text.replace(/[0-9.,/:-]/g, (sign) =>
      sign >= "0" && sign <= "9" ? String.fromCodePoint(first + Number(sign)) : (signs.get(sign) ?? sign),
    );
}

/**
 * A learner of formats that sees digits of any script as 0 to 9, and whose format has them as they were written.
 */
export function inAnyDigits<L extends { readonly format: object }, More extends readonly unknown[]>(
  learn: (values: readonly string[], ...more: More) => L | undefined,
): (values: readonly string[], ...more: More) => L | undefined {
  return (values, ...more) => {
    const digits = digitsOf(values);
    if (digits === undefined) return learn(values, ...more);
    const found = learn(values.map(toPlain(digits)), ...more);
    return found && { ...found, format: { ...found.format, digits } };
  };
}

/** The first of the ten digits, which stand in a row in every script. */
function zeroOf(digit: string): string {
  let code = digit.codePointAt(0) as number;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - 1))) code--;
  return String.fromCodePoint(code);
}
