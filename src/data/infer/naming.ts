import { evenly } from "../even-rows";
import { mayBeCode, mayBeThing } from "./names";

/** So many of the texts must be written so. */
const most = 0.9;
/** So many texts tell. */
const mostRead = 2000;
/** Letters and digits of a key that no short list of products or places has, and digits among them. */
const [longKey, keyDigits] = [10, 6];

/** Things that a person has. */
const owned = /device|vehicle|sensor|machine|car(?![a-z])/i;

const written = (shape: RegExp) => (text: string) => shape.test(text);
const digitsIn = (text: string): number => text.replace(/\D/g, "").length;

/** A telephone number with a plus, or with zero or a bracket in front (E.164: 15 digits at most). */
export function isPhone(text: string): boolean {
  if (!/^(\+|0|\()[\d\s()/-]+$/.test(text)) return false;
  const digits = digitsIn(text);
  return digits <= 15 && digits >= (text[0] === "+" ? 7 : 9) && !/^0\d[-/]\d\d[-/]\d{4}/.test(text);
}

/** What only people and their things have, whatever the column is called. */
const theirs = [
  isPhone,
  written(/^[^@\s]+@[^@\s]+\.[^@\s]+$/),
  written(/^[A-Z]{2}\d{2}( ?[A-Z0-9]){11,30}$/),
  written(/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i),
  // Four figures are a version of firmware; of addresses hardly any.
  written(/^(?=\d{2}|.*\d{3})(\d{1,3}\.){3}\d{1,3}$/),
];
/** What products and places may have as well: IMEI and EAN are both numbers. */
const long = [
  written(/^[\d\s()/-]*$/),
  written(/^[0-9a-f-]*$/i),
  written(/^[\p{Lu}\d ._/-]*$/u),
  written(/^[\p{L}\d._/-]*$/u),
];

/**
 * Whether different texts name people or their things: telephone numbers, addresses, IBAN, MAC and IP addresses; or, if the column is
 * not called as products and places are, keys of ten letters and digits or more in one form or another, six of them digits.
 *
 * @example
 * nameThings("dialled", ["+4915112345678", "+4915112345679"]); // → true
 */
export function nameThings(name: string, texts: readonly string[]): boolean {
  const read = Array.from(evenly(texts.length, mostRead), (k) => texts[k].trim());
  const share = (holds: (text: string) => boolean): boolean =>
    read.length > 0 && read.reduce((count, text) => count + (holds(text) ? 1 : 0), 0) >= most * read.length;
  if (theirs.some(share)) return true;
  if (
    (mayBeThing(name) && !owned.test(name)) ||
    mayBeCode(name) ||
    share(written(/^(19|20)\d\d[-/. 年]|\d:\d\d/))
  )
    return false;
  const isLong = (text: string): boolean =>
    text.replace(/[^\p{L}\d]/gu, "").length >= longKey && digitsIn(text) >= keyDigits;
  return long.some((shape) => share((text) => isLong(text) && shape(text)));
}

/** Whether texts that look like numbers are telephone numbers: a plus before each, and 7 to 15 digits. */
export function arePhones(texts: readonly string[]): boolean {
  return (
    texts.length > 0 &&
    texts.every((text) => !/[^+\d\s()/-]|^-/.test(text)) &&
    texts.filter((text) => text[0] === "+" && isPhone(text)).length >= most * texts.length
  );
}
