/** Advance widths in hundredths of the font size: those of the wider among common sans-serif faces, so nothing is cut. */
const kinds: readonly (readonly [width: number, signs: string])[] = [
  [28, "ijlI|!.,:;'`"],
  [34, ' "()[]{}/\\-*'],
  [42, "frt"],
  [88, "mwMW@%—"],
  [72, "ABCDGHNOQRUVXYK&<>=+~"],
  [64, "EFJLPSTZ"],
];
const usual = 60;
const widths = new Map(kinds.flatMap(([width, signs]) => [...signs].map((sign) => [sign, width])));

/**
 * About how many pixels a text takes in a system font. Vega without a browser guesses 0.8 of the font size for every
 * sign, which cuts labels at half of their limit and leaves a wide margin beside the others.
 */
export function textWidth(text: string, fontSize: number, bold = false): number {
  let sum = 0;
  for (const sign of text) sum += widths.get(sign) ?? usual;
  return (sum * fontSize * (bold ? 1.13 : 1)) / 100;
}
