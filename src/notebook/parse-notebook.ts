import { check } from "../core/checks";
import { sha256Of } from "../core/sha256";
import {
  type Cell,
  dataOutput,
  errorOutput,
  type Fields,
  isFields,
  joined,
  type Notebook,
  type NotebookMetadata,
  type Output,
} from "./nbformat";
import { upgraded } from "./upgrade-notebook";

/**
 * The notebook in the file's bytes, brought to format 4.5: older formats are upgraded, cells without an id of their own
 * get one made from their place and source. What is not as the format wants it is told to `note`, in words.
 * @throws RangeError that names the file when it is not JSON or not a notebook.
 */
export function parseNotebook(
  content: string | Uint8Array,
  name: string,
  note: (text: string) => void = () => undefined,
): Notebook {
  const action = `read ${name}`;
  const text = typeof content === "string" ? content : decoded(content);
  check(text.trim() !== "", action, "a notebook must be JSON, but the file is empty");
  let root = parseJson(text.replace(/^\uFEFF/, ""), action, note);
  check(isFields(root) && "nbformat" in root, action, "a notebook must have the field nbformat");
  const format = root.nbformat;
  check(
    format === 1 || format === 2 || format === 3 || format === 4,
    action,
    "the notebook's format must be 1 to 4",
    format,
  );
  if (format !== 4) {
    root = upgraded(root as Fields, format);
    note(`it is of format ${format} and was upgraded to 4.5`);
  }
  check(Array.isArray((root as Fields).cells), action, "a notebook must have a list of cells");
  const { cells, metadata } = root as { cells: unknown[]; metadata: unknown };
  const reader = new Reader(action, note);
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: reader.metadata(metadata),
    cells: cells.map((cell, i) => reader.cell(cell, i)),
  };
}

/** The text of UTF-8, or of UTF-16 where a byte order mark says so. */
function decoded(bytes: Uint8Array): string {
  const [a, b] = bytes;
  const wide = a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(wide).decode(bytes);
}

/** JSON, and the three numbers that Python writes into it though JSON has none: they are read as null. */
function parseJson(text: string, action: string, note: (text: string) => void): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    let count = 0;
    const plain = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (text) => {
      if (text.startsWith('"')) return text;
      count++;
      return "null";
    });
    try {
      const read: unknown = JSON.parse(plain);
      note(`${count} ${count === 1 ? "number that is" : "numbers that are"} NaN or infinite, read as null`);
      return read;
    } catch {
      throw new RangeError(`Cannot ${action}: a notebook must be JSON, but ${(error as Error).message}`);
    }
  }
}

class Reader {
  private readonly taken = new Set<string>();

  constructor(
    private readonly action: string,
    private readonly note: (text: string) => void,
  ) {}

  /** What the notebook says of itself; a kernel or a language that is none is left out. */
  metadata(given: unknown): NotebookMetadata {
    const fits = (key: string, value: unknown): boolean => {
      if (key !== "kernelspec" && key !== "language_info") return true;
      return isFields(value) && ["string", "undefined"].includes(typeof value.name);
    };
    return this.kept(given, "its metadata", fits) as NotebookMetadata;
  }

  /** The fields that fit; the others are left out and told of. */
  private kept(given: unknown, place: string, fits: (key: string, value: unknown) => boolean): Fields {
    if (!isFields(given)) {
      if (given !== undefined) this.note(`${place} is not an object and is left out`);
      return {};
    }
    const fields = Object.entries(given).filter(([key, value]) => {
      if (fits(key, value)) return true;
      this.note(
        `${place} has a ${key} that means nothing, ${JSON.stringify(value)?.slice(0, 80)}, which is left out`,
      );
      return false;
    });
    return Object.fromEntries(fields);
  }

  cell(one: unknown, index: number): Cell {
    check(isFields(one), this.action, `cell ${index + 1} must be an object`);
    const source = joined(one.source ?? "");
    check(source !== undefined, this.action, `the source of cell ${index + 1} must be a text`);
    const type = this.cellType(one.cell_type, index);
    const place = `cell ${index + 1}`;
    const metadata = this.kept(one.metadata, `the metadata of ${place}`, (key, value) => {
      if (key === "tags") return Array.isArray(value) && value.every((tag) => typeof tag === "string");
      if (key !== "telelink" || !isFields(value)) return true;
      return value.timeout === undefined || Number(value.timeout) > 0;
    }) as Cell["metadata"];
    const cell: Cell = { cell_type: type, id: this.id(one.id, index, source), source, metadata };
    const attachments = isFields(one.attachments) ? attachmentsOf(one.attachments) : undefined;
    if (type !== "code") return attachments ? { ...cell, attachments } : cell;
    if (one.outputs !== undefined && !Array.isArray(one.outputs))
      this.note(`the outputs of ${place} are no list and are left out`);
    const outputs = (Array.isArray(one.outputs) ? one.outputs : []).flatMap((o) => this.output(o, index));
    const count = typeof one.execution_count === "number" ? one.execution_count : null;
    return { ...cell, execution_count: count, outputs };
  }

  private cellType(type: unknown, index: number): Cell["cell_type"] {
    if (type === "code" || type === "markdown" || type === "raw") return type;
    this.note(`cell ${index + 1} has the unknown type ${JSON.stringify(type)} and is kept as raw text`);
    return "raw";
  }

  private id(given: unknown, index: number, source: string): string {
    let id = typeof given === "string" && /^[a-zA-Z0-9-_]{1,64}$/.test(given) ? given : "";
    if (given !== undefined && (id === "" || this.taken.has(id)))
      this.note(`cell ${index + 1} has an id that is not its own, ${JSON.stringify(given)}, and got another`);
    for (let salt = 0; id === "" || this.taken.has(id); salt++)
      id = sha256Of(`${index}:${salt}:${source}`).slice(0, 8);
    this.taken.add(id);
    return id;
  }

  private output(value: unknown, index: number): Output[] {
    const place = `an output of cell ${index + 1}`;
    check(isFields(value), this.action, `${place} must be an object`);
    switch (value.output_type) {
      case "stream": {
        const name = value.name === "stderr" ? "stderr" : "stdout";
        return [{ output_type: "stream", name, text: joined(value.text) ?? "" }];
      }
      case "error":
      case "pyerr":
        return [errorOutput(value)];
      case "display_data":
      case "execute_result":
        return [dataOutput(value.output_type, value)];
      case "pyout":
        return [dataOutput("execute_result", value)];
    }
    const type = JSON.stringify(value.output_type);
    if (isFields(value.data)) {
      this.note(`${place} has the unknown type ${type} and is kept as display_data`);
      return [dataOutput("display_data", value)];
    }
    this.note(`${place} has the unknown type ${type} and is left out`);
    return [];
  }
}

function attachmentsOf(given: Fields): Cell["attachments"] {
  const bundle = (value: unknown): Fields =>
    Object.fromEntries(
      Object.entries(isFields(value) ? value : {}).map(([mime, data]) => [mime, joined(data) ?? data]),
    );
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, bundle(value)]));
}
