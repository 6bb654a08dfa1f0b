import { isAscii, isUtf8 } from "node:buffer";
import { check } from "../../core/checks";
import { easternEncoding, strangeShare } from "./eastern";

/** What bytes that are no UTF-8 are taken for, where nothing else is known: what Windows in the West writes. */
const legacy = "windows-1252";

/** At least this share of the characters of a table in UTF-16 is ASCII; at most this share is unassigned, or no text. */
const leastPlain = 0.1;
const mostStrange = 0.01;
/** More of the bytes beyond ASCII without a character in windows-1252 are none of a few broken ones. */
const mostStrangeBytes = 0.05;

/** Whether the label names an encoding that can be read. */
export function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

/** The standard name of an encoding: "latin1" is read as windows-1252, its superset. */
export function encodingName(label: string): string {
  return new TextDecoder(label).encoding;
}

/** The encoding that a file's first bytes show for certain: by a byte-order mark, or as they make sense in UTF-16 alone. */
export function markedEncoding(head: Uint8Array): string | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "utf-8";
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  return ["utf-16le", "utf-16be"].find((encoding) => isWide(head, encoding));
}

/** Whether the bytes are text in this order of UTF-16: delimiters, digits and ends of line, and hardly a character that no text has. */
function isWide(head: Uint8Array, encoding: string): boolean {
  const bytes = head.subarray(0, Math.min(head.length, 1 << 14) & ~1);
  // ASCII with a few zeros in it reads as Chinese: every second byte of ASCII in UTF-16 is 0, other scripts have bytes beyond ASCII.
  const zeros = bytes.filter((byte) => byte === 0).length;
  if (zeros < 0.3 * bytes.length && !/[^\0\t\n\r -~]/.test(Buffer.from(bytes).toString("latin1")))
    return false;
  const text = new TextDecoder(encoding).decode(bytes);
  const plain = text.match(/[\t-~]/g)?.length ?? 0;
  const strange = text.match(/[^\P{C}\t\n\r\p{Cf}]/gu)?.length ?? 0;
  return text.length > 1 && plain >= leastPlain * text.length && strange <= mostStrange * text.length;
}

/**
 * Turns the bytes of a file into UTF-8, piece by piece. Where the encoding isn't given, bytes are UTF-8 as long as they
 * are ASCII; the first others decide: UTF-8 where most of them are, else `fallback`; without one an encoding of East Asia whose
 * common characters they are, or that of the West.
 */
export class Transcoder {
  /** Known once it is decided; "utf-8" as long as all is ASCII. */
  encoding: string;
  /** Whether the encoding is guessed from bytes that are no UTF-8. */
  guessed = false;
  private readonly action: string;
  private readonly fallback: string | undefined;
  private decided: boolean;
  private decoder: TextDecoder | undefined;
  private held: Uint8Array = new Uint8Array();

  /** `action` is what fails where the bytes, whenever they come, are of no encoding that can be told. */
  constructor(encoding: string | undefined, fallback?: string, action = "read the text") {
    this.action = action;
    this.encoding = encoding === undefined ? "utf-8" : encodingName(encoding);
    this.decided = encoding !== undefined;
    this.fallback = fallback;
    if (this.encoding !== "utf-8") this.decoder = new TextDecoder(this.encoding);
  }

  /** The bytes in UTF-8; with `final`, no more come. What is UTF-8 already is handed back as it is. */
  push(bytes: Uint8Array, final = false): Uint8Array {
    let piece = bytes;
    if (!this.decided) {
      if (this.held.length > 0) piece = Buffer.concat([this.held, bytes]);
      this.held = new Uint8Array();
      if (!isAscii(piece)) {
        // A character cut at the end of the piece waits for its rest.
        const cut = final ? piece.length : wholeCharacters(piece);
        const whole = piece.subarray(0, cut);
        if (isAscii(whole)) {
          this.held = piece.slice(cut);
          return whole;
        }
        this.decide(whole);
      }
    }
    if (!this.decoder) return piece;
    // Asked for a whole text at once, Node 20 takes windows-1252 for Latin-1, where byte 0x80 is no €; of a stream it does not.
    const text = this.decoder.decode(piece, { stream: true });
    return Buffer.from(final ? text + this.decoder.decode() : text, "utf8");
  }

  /** What is still held back when no more bytes come. */
  end(): Uint8Array {
    return this.push(new Uint8Array(), true);
  }

  private decide(bytes: Uint8Array): void {
    this.decided = true;
    if (isUtf8(bytes) || mostlyUtf8(bytes)) return;
    this.guessed = true;
    this.encoding = encodingName(this.fallback ?? easternEncoding(bytes) ?? legacy);
    check(
      this.encoding !== legacy || this.fallback !== undefined || strangeShare(bytes) <= mostStrangeBytes,
      this.action,
      "its bytes are neither UTF-8 nor windows-1252 nor of East Asia: --encoding must name what they are (macintosh, ibm866 …), or the file be turned into UTF-8 before",
    );
    if (this.encoding !== "utf-8") this.decoder = new TextDecoder(this.encoding);
  }
}

/** Where the last whole UTF-8 character ends. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return size > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Whether more of the bytes beyond ASCII make UTF-8 characters than don't: a file with a few broken ones. */
function mostlyUtf8(bytes: Uint8Array): boolean {
  let [good, bad] = [0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte < 0x80) continue;
    const size = byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
    let k = 1;
    while (k < size && bytes[i + k] >= 0x80 && bytes[i + k] < 0xc0) k++;
    if (size > 0 && byte < 0xf5 && k === size) {
      good++;
      i += size - 1;
    } else bad++;
  }
  return good > bad;
}
