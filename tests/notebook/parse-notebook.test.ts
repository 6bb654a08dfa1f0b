import { describe, expect, test } from "vitest";
import { parseNotebook } from "../../src/notebook/parse-notebook";

function read(book: unknown): { notes: string[]; book: ReturnType<typeof parseNotebook> } {
  const notes: string[] = [];
  const text = typeof book === "string" ? book : JSON.stringify(book);
  return { book: parseNotebook(text, "a.ipynb", (note) => notes.push(note)), notes };
}
const v4 = (...cells: object[]): object => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });

describe("parseNotebook reads what others wrote", () => {
  // nbformat.v4.upgrade(nbformat.reads(text, as_version=3)) gives the same cells
  test("format 3: headings, prompts, forms of output by their old names", () => {
    const { book, notes } = read({
      nbformat: 3,
      nbformat_minor: 0,
      metadata: { name: "Old one" },
      worksheets: [
        {
          cells: [
            { cell_type: "heading", level: 2, metadata: {}, source: ["Old"] },
            {
              cell_type: "code",
              input: ["print(1)\n", "2"],
              language: "python",
              metadata: {},
              prompt_number: 3,
              outputs: [
                { output_type: "stream", stream: "stderr", text: ["oh"] },
                { output_type: "pyout", prompt_number: 3, text: ["2"], html: ["<b>2</b>"] },
                { output_type: "pyerr", ename: "E", evalue: "v", traceback: ["t"] },
              ],
            },
          ],
        },
      ],
    });
    expect(book.cells.map((one) => [one.cell_type, one.source])).toEqual([
      ["markdown", "## Old"],
      ["code", "print(1)\n2"],
    ]);
    expect(book.cells[1]).toMatchObject({ execution_count: 3 });
    expect(book.cells[1].outputs).toEqual([
      { output_type: "stream", name: "stderr", text: "oh" },
      {
        output_type: "execute_result",
        execution_count: 3,
        metadata: {},
        data: { "text/plain": "2", "text/html": "<b>2</b>" },
      },
      { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
    ]);
    expect(book.metadata.language_info?.name).toBe("python");
    expect(notes).toEqual(["it is of format 3 and was upgraded to 4.5"]);
  });

  test("NaN and Infinity, which Python writes, are null and are counted; in a text they stay", () => {
    const { book, notes } = read(
      '{"nbformat":4,"metadata":{"x":NaN,"y":[-Infinity,1]},"cells":[{"cell_type":"raw","source":"NaN \\" NaN"}]}',
    );
    expect(book.metadata).toEqual({ x: null, y: [null, 1] });
    expect(book.cells[0].source).toBe('NaN " NaN');
    expect(notes).toEqual(["2 numbers that are NaN or infinite, read as null"]);
  });

  test("UTF-16 by its byte order mark", () => {
    const text = JSON.stringify(v4({ cell_type: "raw", source: "é" }));
    const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    expect(parseNotebook(little, "a.ipynb").cells[0].source).toBe("é");
    expect(parseNotebook(Buffer.from(little).swap16(), "a.ipynb").cells[0].source).toBe("é");
  });

  test("attachments and sources as lists; cells without outputs, metadata, source", () => {
    const { book, notes } = read(
      v4(
        {
          cell_type: "markdown",
          source: ["a\n", "b"],
          attachments: { "p.png": { "image/png": ["AA", "BB"] } },
        },
        { cell_type: "code" },
      ),
    );
    expect(book.cells[0]).toMatchObject({
      source: "a\nb",
      attachments: { "p.png": { "image/png": "AABB" } },
    });
    expect(book.cells[1]).toMatchObject({ source: "", metadata: {}, outputs: [], execution_count: null });
    expect(notes).toEqual([]);
  });

  test("what it mends is said: unknown cells and outputs, ids that come twice", () => {
    const { book, notes } = read(
      v4(
        { cell_type: "sql", source: "select 1", id: "a" },
        {
          cell_type: "code",
          source: "",
          id: "a",
          outputs: [{ output_type: "chart", data: { "text/plain": "x" } }, { output_type: "odd" }],
        },
      ),
    );
    expect(book.cells.map((one) => one.cell_type)).toEqual(["raw", "code"]);
    expect(book.cells[1].outputs).toMatchObject([{ output_type: "display_data" }]);
    expect(notes).toHaveLength(4);
    expect(notes.join()).toMatch(
      /unknown type "sql".*id that is not its own, "a".*"chart".*"odd" and is left out/,
    );
  });

  test("metadata that means nothing is left out and said", () => {
    const odd = { tags: "parameters", telelink: { timeout: "soon" }, name: "kept" };
    const cell = { cell_type: "code", source: "1", outputs: "none", metadata: odd };
    const { book, notes } = read({
      ...v4(cell),
      metadata: { kernelspec: { name: 7 }, language_info: [], authors: 5 },
    });
    expect(book.metadata).toEqual({ authors: 5 });
    expect(book.cells[0]).toMatchObject({ metadata: { name: "kept" }, outputs: [] });
    expect(notes).toEqual([
      'its metadata has a kernelspec that means nothing, {"name":7}, which is left out',
      "its metadata has a language_info that means nothing, [], which is left out",
      'the metadata of cell 1 has a tags that means nothing, "parameters", which is left out',
      'the metadata of cell 1 has a telelink that means nothing, {"timeout":"soon"}, which is left out',
      "the outputs of cell 1 are no list and are left out",
    ]);
  });

  test.each([
    ["", /the file is empty/],
    ['{"nbformat":5,"cells":[]}', /must be 1 to 4, got 5/],
    ['{"nbformat":4,"cells":[1]}', /cell 1 must be an object/],
  ])("%s is refused", (text, message) => expect(() => read(text)).toThrow(message));
});
