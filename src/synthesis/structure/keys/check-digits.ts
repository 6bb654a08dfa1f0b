/** A way in which some of an identifier's digits follow from the others. */
export type CheckDigits = keyof typeof ways;

interface Way {
  readonly name: string;
  /** Where they stand, in front of as many characters as `from` says. */
  readonly from: (bare: string) => number;
  readonly length: number;
  /** Identifiers of this form have them. */
  readonly form: RegExp;
  /** What they are, of an identifier without them. */
  readonly of: (bare: string) => string;
}

/** The last digit, so that all of them, weighed, are a multiple of ten. */
function lastDigit(name: string, weigh: (digit: number, fromRight: number) => number): Way {
  const of = (bare: string): string => {
    const digits = [...bare.replace(/\D/g, "")].reverse();
    const sum = digits.reduce((total, digit, k) => total + weigh(Number(digit), k), 0);
    return String((10 - (sum % 10)) % 10);
  };
  return { name, from: (bare) => bare.length, length: 1, form: /^\d[\d -]*\d$/, of };
}

/** Luhn (ISO/IEC 7812-1) of cards and devices; of trade items (GS1); of bank accounts (ISO 13616). */
const ways = {
  luhn: lastDigit("Luhn", (digit, k) => (k % 2 === 1 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit)),
  ean: lastDigit("EAN", (digit, k) => (k % 2 === 1 ? digit : 3 * digit)),
  iban: {
    name: "IBAN",
    from: () => 2,
    length: 2,
    form: /^[A-Z]{2}\d{2}[A-Z\d -]{8,}$/,
    of: (bare) => {
      const turned = `${bare.slice(2)}${bare.slice(0, 2)}00`.replace(/[ -]/g, "");
      const rest = [...turned].reduce((left, one) => Number(`${left}${Number.parseInt(one, 36)}`) % 97, 0);
      return String(98 - rest).padStart(2, "0");
    },
  } satisfies Way,
};

export const checkDigits = Object.keys(ways) as readonly CheckDigits[];

/** Fewer identifiers may have them by chance. */
const fewest = 20;
/** In so many identifiers they are as they should be, all but misprints. */
const leastRight = 0.98;

/** The check digits of identifiers; undefined where they have none that is known. */
export function checkDigitsOf(keys: readonly string[]): CheckDigits | undefined {
  const own = [...new Set(keys)].filter((key) => key !== "");
  if (own.length < fewest) return undefined;
  return checkDigits.find((check) => {
    const right = own.filter((key) => withCheckDigits(withoutCheckDigits(key, check), check) === key);
    return right.length >= leastRight * own.length && own.every((key) => ways[check].form.test(key));
  });
}

/** The identifier with its check digits, which were left out; none is none. */
export function withCheckDigits(bare: string, check: CheckDigits | undefined): string {
  if (!check || bare === "") return bare;
  const at = ways[check].from(bare);
  return bare.slice(0, at) + ways[check].of(bare) + bare.slice(at);
}

/** The identifier without its check digits. */
export function withoutCheckDigits(key: string, check: CheckDigits | undefined): string {
  if (!check || key === "") return key;
  const { from, length } = ways[check];
  const at = from(key.slice(length));
  return key.slice(0, at) + key.slice(at + length);
}

/** What follows from the others, in words. */
export function describeCheckDigits(check: CheckDigits): string {
  const { name, length } = ways[check];
  return length > 1
    ? `its ${name} check digits follow from the others`
    : `its last digit is the ${name} check digit of the others`;
}
