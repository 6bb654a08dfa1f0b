/** Characters of two bytes: the first from one to another, the second from one on, and which share of a text they are. */
type Block = readonly [first: number, last: number, second: number, share: number];

/** Encodings of East Asia: what most texts in them are made of. */
const encodings: readonly (readonly [name: string, blocks: readonly Block[]])[] = [
  // Kana and the first level of kanji.
  [
    "shift_jis",
    [
      [0x82, 0x83, 0x40, 0.4],
      [0x88, 0x97, 0x40, 0.5],
      [0x81, 0x81, 0x40, 0.05],
    ],
  ],
  [
    "euc-jp",
    [
      [0xa4, 0xa5, 0xa1, 0.4],
      [0xb0, 0xcf, 0xa1, 0.5],
      [0xa1, 0xa3, 0xa1, 0.05],
    ],
  ],
  // Syllables of Korean, and the common characters of Chinese, simplified and traditional.
  [
    "euc-kr",
    [
      [0xb0, 0xc8, 0xa1, 0.9],
      [0xa1, 0xa3, 0xa1, 0.05],
    ],
  ],
  [
    "gb18030",
    [
      [0xb0, 0xd7, 0xa1, 0.9],
      [0xa1, 0xa3, 0xa1, 0.05],
    ],
  ],
  [
    "big5",
    [
      [0xa4, 0xc6, 0x40, 0.9],
      [0xa1, 0xa3, 0x40, 0.05],
    ],
  ],
];
const rareShare = 0.05;
/** Of so many different characters, or fewer where the bytes are none of windows-1252, so many must be common ones. */
const [fewest, fewestStrange, leastCommon] = [8, 3, 0.9];
/** What windows-1252 has no character for. */
const noWestern = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** The encoding of East Asia in which all bytes are characters, and nearly all beyond ASCII common ones: the likeliest; undefined where none is. */
export function easternEncoding(bytes: Uint8Array): string | undefined {
  const western = strangeShare(bytes) === 0;
  const found = encodings.flatMap(([name, blocks]) => {
    if (!decodes(bytes, name)) return [];
    const { likelihood, common, different } = readAs(bytes, blocks);
    return common >= leastCommon && different >= (western ? fewest : fewestStrange)
      ? [{ name, likelihood }]
      : [];
  });
  return found.sort((a, b) => b.likelihood - a.likelihood)[0]?.name;
}

/** The share of the bytes beyond ASCII that are no characters of windows-1252. */
export function strangeShare(bytes: Uint8Array): number {
  let [strange, all] = [0, 0];
  for (const byte of bytes) {
    if (byte > 0x7f) all++;
    if (noWestern.has(byte)) strange++;
  }
  return strange / Math.max(1, all);
}

function decodes(bytes: Uint8Array, encoding: string): boolean {
  try {
    // A character cut at the end waits for its rest.
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** How likely the bytes are (per character, logarithm), the share of common characters, and how many different ones there are. */
function readAs(bytes: Uint8Array, blocks: readonly Block[]) {
  const seconds = (second: number): number => 0xff - second;
  const seen = new Set<number>();
  let [sum, all, common] = [0, 0, 0];
  for (let i = 0; i + 1 < bytes.length; i++) {
    if (bytes[i] < 0x80) continue;
    const [first, second] = [bytes[i], bytes[i + 1]];
    const block = blocks.find((one) => first >= one[0] && first <= one[1] && second >= one[2]);
    sum += Math.log(
      block ? block[3] / ((block[1] - block[0] + 1) * seconds(block[2])) : rareShare / (0x80 * 0xc0),
    );
    all++;
    if (block) common++;
    seen.add(first * 256 + second);
    i++;
  }
  return { likelihood: sum / Math.max(1, all), common: common / Math.max(1, all), different: seen.size };
}
