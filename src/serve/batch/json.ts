import { isUtf8 } from "node:buffer";
import { HttpProblem } from "../problem";

const [quote, comma, backslash] = [34, 44, 92];
const [listOpen, listClose, objectOpen, objectClose] = [91, 93, 123, 125];

/** Why bytes that are JSON all the same are not taken: they could be read in two ways. */
export class AmbiguousJson extends Error {}

/**
 * The value of JSON in bytes. Throws a SyntaxError where they are none, and an AmbiguousJson where readers differ and
 * JSON.parse chooses in silence: bytes that are no UTF-8, and a member that is there twice (RFC 8259, 4 and 8.1).
 */
export function parseJson(bytes: Buffer): unknown {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = bytes.toString("utf8", marked ? 3 : 0);
  const value: unknown = JSON.parse(text);
  if (!isUtf8(bytes)) throw new AmbiguousJson("must be UTF-8");
  const fault = memberFault(text);
  if (fault !== undefined) throw new AmbiguousJson(fault);
  return value;
}

/** What is wrong with a member's name in the text, which is JSON: it is there twice, or means something else to objects. */
function memberFault(text: string): string | undefined {
  const around: (Set<string> | undefined)[] = [];
  // The names of the object at hand; undefined in a list.
  let names: Set<string> | undefined;
  let nameNext = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      const from = i;
      for (i++; text.charCodeAt(i) !== quote; i++) if (text.charCodeAt(i) === backslash) i++;
      if (!nameNext) continue;
      const written = text.slice(from + 1, i);
      const name = written.includes("\\") ? (JSON.parse(`"${written}"`) as string) : written;
      if (names?.has(name)) return `must not have ${JSON.stringify(name.slice(0, 100))} twice`;
      if (name === "__proto__") return "must not have __proto__";
      names?.add(name);
      nameNext = false;
    } else if (code === objectOpen || code === listOpen) {
      around.push(names);
      names = code === objectOpen ? new Set() : undefined;
      nameNext = names !== undefined;
    } else if (code === objectClose || code === listClose) {
      names = around.pop();
      nameNext = false;
    } else if (code === comma) nameNext = names !== undefined;
  }
  return undefined;
}

/** The value of a request's body; throws the problem that is answered where it has none. */
export function jsonBody(bytes: Buffer): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    const why = error instanceof AmbiguousJson ? error.message : "must be JSON";
    throw new HttpProblem(400, `The body ${bytes.length === 0 ? "is empty" : why}`);
  }
}
