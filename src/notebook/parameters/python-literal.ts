import { type Kind, kindOf, type ParameterValue, readNumber } from "./kinds";

/** A literal of Python: its value, and what kind of collection it was. */
export interface PythonLiteral {
  readonly value: ParameterValue;
  readonly kind: Kind;
}

/** What the text says as a literal of Python; undefined for any other expression. */
export function pythonLiteral(text: string): PythonLiteral | undefined {
  const reader = new Reader(text);
  try {
    const found = reader.read();
    return reader.atEnd() ? found : undefined;
  } catch (error) {
    if (error instanceof NotLiteral) return undefined;
    throw error;
  }
}

class NotLiteral extends Error {}

const words: Readonly<Record<string, ParameterValue>> = { None: null, True: true, False: false };
const word = /[A-Za-z_]+/y;
const number = /[-+]?[\d.][\d_.]*(?:[eE][-+]?\d+)?/y;
const quoted = /([rRuU]?)("""|'''|"|')((?:\\[\s\S]|(?!\2)[\s\S])*)\2/y;

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.blanks();
    return this.at === this.text.length;
  }

  read(): PythonLiteral {
    this.blanks();
    const text = this.take(quoted, this.quotedText);
    if (text !== undefined) return this.joined(text);
    const open = this.text[this.at];
    if (open === "[") return this.collection("[", "]", "list");
    if (open === "(") return this.parenthesis();
    if (open === "{") return this.braces();
    const name = this.take(word, ([all]) => all);
    if (name !== undefined) {
      if (!(name in words)) throw new NotLiteral();
      return { value: words[name], kind: kindOf(words[name]) };
    }
    const value = this.take(number, ([all]) => readNumber(all));
    if (value === undefined) throw new NotLiteral();
    return { value, kind: { is: "number" } };
  }

  /** Texts that follow one another are one. */
  private joined(first: string): PythonLiteral {
    let value = first;
    for (;;) {
      this.blanks();
      const next = this.take(quoted, this.quotedText);
      if (next === undefined) return { value, kind: { is: "string" } };
      value += next;
    }
  }

  private collection(open: string, close: string, is: "list" | "tuple" | "set"): PythonLiteral {
    this.expect(open);
    const items: ParameterValue[] = [];
    while (!this.next(close)) {
      items.push(this.read().value);
      if (!this.next(",")) {
        this.expect(close);
        break;
      }
    }
    return { value: items, kind: { is } };
  }

  /** A tuple, or only a value in parentheses. */
  private parenthesis(): PythonLiteral {
    const begun = this.at;
    this.expect("(");
    if (!this.next(")")) {
      const only = this.read();
      if (this.next(")")) return only;
    }
    this.at = begun;
    return this.collection("(", ")", "tuple");
  }

  private braces(): PythonLiteral {
    const begun = this.at;
    this.expect("{");
    const entries: [string, ParameterValue][] = [];
    while (!this.next("}")) {
      const key = this.read().value;
      if (!this.next(":")) {
        this.at = begun;
        return this.collection("{", "}", "set");
      }
      // JSON has keys of text alone.
      if (typeof key !== "string") throw new NotLiteral();
      entries.push([key, this.read().value]);
      if (!this.next(",")) {
        this.expect("}");
        break;
      }
    }
    return { value: Object.fromEntries(entries), kind: { is: "object" } };
  }

  private quotedText = ([, prefix, , body]: RegExpExecArray): string =>
    /r/i.test(prefix) ? body : unescaped(body);

  private take<T>(pattern: RegExp, make: (match: RegExpExecArray) => T): T | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    this.at = pattern.lastIndex;
    return make(match);
  }

  private next(sign: string): boolean {
    this.blanks();
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.next(sign)) throw new NotLiteral();
  }

  private blanks(): void {
    this.take(/(?:\s|#[^\n]*|\\\n)*/y, () => true);
  }
}

const signs: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\n": "", "0": "\0" };

/** The text with its escapes carried out, as Python and the languages like it write them. */
export function unescaped(text: string): string {
  return text.replace(
    /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{2})|([\s\S]))/g,
    (_, four, eight, two, sign: string) => {
      const code = four ?? eight ?? two;
      return code === undefined ? (signs[sign] ?? sign) : String.fromCodePoint(Number.parseInt(code, 16));
    },
  );
}
