import { AmbiguousJson, parseJson } from "./json";

/** The body is not what it must be; nothing that follows can be read. */
export class BodyError extends Error {
  constructor(
    readonly kind: "form" | "size",
    message: string,
  ) {
    super(message);
    this.name = "BodyError";
  }
}

const [quote, comma, colon, backslash] = [34, 44, 58, 92];
const [listOpen, listClose, objectOpen, objectClose] = [91, 93, 123, 125];

/** Most names kept of members beside the list. */
const mostOthers = 100;

/** What may come next. */
type Expected = "list" | "first" | "value" | "between" | "key" | "colon" | "member" | "after member" | "end";

/**
 * Takes the bytes of a JSON list in pieces of any size, or those of an object of which one member is the list, and hands
 * out the list's values as they become whole. It finds where each value ends; JSON.parse reads it, so that what it takes
 * is what JSON.parse would take of the whole; an AmbiguousJson stands for a value that could be read in two ways. No more is held than one value, which may have `most` bytes.
 */
export class JsonList {
  private expected: Expected = "list";
  /** Whether the list is a member of an object, and whether it has come. */
  private wrapped = false;
  private found = false;
  private key: unknown;
  /** Members beside the list, which are passed over. */
  readonly others: string[] = [];
  private readonly held: Uint8Array[] = [];
  private heldBytes = 0;
  /** The value that has just ended. */
  private readonly whole: unknown[] = [];
  // Of the value at hand: its first byte, how deep it is nested here, and if in text or behind a backslash there.
  private begun = 0;
  private depth = 0;
  private inText = false;
  private escaped = false;

  constructor(
    private readonly member: string,
    private readonly most: number,
  ) {}

  /** The values that end in `bytes`. Throws a BodyError where the bytes can't be what they must be. */
  *push(bytes: Uint8Array): Generator<unknown> {
    let at = 0;
    while (at < bytes.length) {
      if (this.begun !== 0) {
        at = this.goOn(bytes, at);
        if (this.whole.length > 0) yield this.whole.pop();
      } else {
        const byte = bytes[at];
        if (byte === 32 || byte === 10 || byte === 13 || byte === 9) at++;
        else at = this.next(byte, at);
      }
    }
  }

  /** To be called when no more bytes come: throws unless the list is whole. */
  end(): void {
    if (this.expected !== "end" || this.begun !== 0) this.fail("the body ends too early");
    if (!this.found) this.noList();
  }

  /** Takes one byte that is no part of a value, or sees a value begin; returns where to go on. */
  private next(byte: number, at: number): number {
    const begin = (): number => {
      this.begun = byte;
      return at;
    };
    switch (this.expected) {
      case "list":
        // A byte-order mark.
        if (byte === 0xef || byte === 0xbb || byte === 0xbf) return at + 1;
        if (byte === listOpen) this.open();
        else if (byte === objectOpen) {
          this.wrapped = true;
          this.expected = "key";
        } else this.noList();
        return at + 1;
      case "first":
        if (byte === listClose) return this.close(at);
        return begin();
      case "value":
        return begin();
      case "between":
        if (byte === listClose) return this.close(at);
        if (byte !== comma) this.fail("a comma must stand between two customers");
        this.expected = "value";
        return at + 1;
      case "key":
        if (byte === objectClose && this.key === undefined) this.expected = "end";
        else if (byte === quote) return begin();
        else this.fail("a member must begin with its name");
        return at + 1;
      case "colon":
        if (byte !== colon) this.fail("a colon must follow a member's name");
        this.expected = "member";
        return at + 1;
      case "member":
        if (this.key !== this.member) return begin();
        if (byte !== listOpen || this.found) this.noList();
        this.open();
        return at + 1;
      case "after member":
        if (byte === comma) this.expected = "key";
        else if (byte === objectClose) this.expected = "end";
        else this.fail("a comma must stand between two members");
        return at + 1;
      default:
        return this.fail("nothing may follow the list");
    }
  }

  private open(): void {
    this.found = true;
    this.expected = "first";
  }

  private close(at: number): number {
    this.expected = this.wrapped ? "after member" : "end";
    return at + 1;
  }

  /** Takes bytes of the value at hand, which ends in them or not; returns where to go on. */
  private goOn(bytes: Uint8Array, from: number): number {
    const to = this.endOf(bytes, from);
    const whole = to >= 0;
    const piece = bytes.subarray(from, whole ? to : bytes.length);
    this.heldBytes += piece.length;
    if (this.heldBytes > this.most)
      throw new BodyError("size", `A customer must have at most ${this.most} bytes`);
    this.held.push(whole ? piece : piece.slice());
    if (!whole) return bytes.length;
    this.take();
    return to;
  }

  /** Where the value at hand ends in `bytes`, behind its last byte; −1 when it does not. */
  private endOf(bytes: Uint8Array, from: number): number {
    const first = this.begun;
    if (first !== quote && first !== listOpen && first !== objectOpen) {
      // A number or a word ends where something else begins.
      for (let i = from; i < bytes.length; i++) {
        const byte = bytes[i];
        if (byte === comma || byte === listClose || byte === objectClose || byte <= 32) return i;
      }
      return -1;
    }
    let { depth, inText, escaped } = this;
    let i = from;
    for (; i < bytes.length; i++) {
      const byte = bytes[i];
      if (inText) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) {
          inText = false;
          if (depth === 0) break;
        }
      } else if (byte === quote) inText = true;
      else if (byte === objectOpen || byte === listOpen) depth++;
      else if ((byte === objectClose || byte === listClose) && --depth === 0) break;
    }
    const ended = i < bytes.length;
    this.depth = ended ? 0 : depth;
    this.inText = ended ? false : inText;
    this.escaped = ended ? false : escaped;
    return ended ? i + 1 : -1;
  }

  private take(): void {
    const bytes = this.held.length === 1 ? this.held[0] : Buffer.concat(this.held);
    const own = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.held.length = 0;
    this.heldBytes = 0;
    this.begun = 0;
    let value: unknown;
    try {
      value = parseJson(own);
    } catch (error) {
      // Where a customer ends is known all the same, so it costs that customer alone.
      if (!(error instanceof AmbiguousJson) || this.expected === "key") this.fail((error as Error).message);
      value = error;
    }
    if (this.expected === "key") {
      this.key = value;
      this.expected = "colon";
    } else if (this.expected === "member") {
      if (this.others.length < mostOthers) this.others.push(String(this.key));
      this.expected = "after member";
    } else {
      this.whole.push(value);
      this.expected = "between";
    }
  }

  private fail(why: string): never {
    throw new BodyError("form", `The body must be JSON: ${why}`);
  }

  private noList(): never {
    throw new BodyError("form", `The body must be a list of customers or {"${this.member}": […]}`);
  }
}
