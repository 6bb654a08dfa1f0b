import { type Fields, isFields, joined } from "./nbformat";

// What formats before 4 called the forms of an output.
const mimes: Readonly<Record<string, string>> = {
  text: "text/plain",
  html: "text/html",
  svg: "image/svg+xml",
  png: "image/png",
  jpeg: "image/jpeg",
  latex: "text/latex",
  json: "application/json",
  javascript: "application/javascript",
};

/** A notebook of format 1 to 3 with the fields of format 4, as nbformat's own converters do it. */
export function upgraded(root: Fields, format: 1 | 2 | 3): Fields {
  const sheets = Array.isArray(root.worksheets) ? root.worksheets.filter(isFields) : [];
  const cells = (format === 1 ? [root] : sheets)
    .flatMap((sheet) => (Array.isArray(sheet.cells) ? sheet.cells : []))
    .filter(isFields);
  const language = cells.map((cell) => cell.language).find((value) => typeof value === "string");
  const { name, ...metadata } = isFields(root.metadata) ? root.metadata : {};
  const title = typeof name === "string" && name !== "" ? { title: name } : {};
  return {
    ...{ nbformat: 4, nbformat_minor: 5 },
    metadata: { ...title, ...metadata, language_info: { name: language ?? "python" } },
    cells: cells.map(upgradedCell),
  };
}

function upgradedCell(cell: Fields): Fields {
  const { cell_type, metadata = {}, level, collapsed, input, code, prompt_number, outputs } = cell;
  const source = joined(cell.source ?? cell.text) ?? "";
  if (cell_type === "code") {
    const folded = collapsed === true ? { collapsed } : {};
    return {
      cell_type,
      metadata: { ...(metadata as Fields), ...folded },
      source: joined(input ?? code) ?? "",
      execution_count: prompt_number ?? null,
      outputs: (Array.isArray(outputs) ? outputs : []).filter(isFields).map(upgradedOutput),
    };
  }
  if (cell_type === "heading") {
    const signs = "#".repeat(Math.min(6, Math.max(1, Number(level ?? 1))));
    return { cell_type: "markdown", metadata, source: `${signs} ${source.replace(/\s*\n\s*/g, " ")}` };
  }
  return {
    cell_type: cell_type === "html" || cell_type === "text" ? "markdown" : cell_type,
    metadata,
    source,
  };
}

function upgradedOutput(output: Fields): Fields {
  const { output_type, prompt_number, metadata = {}, stream, text, ...rest } = output;
  if (output_type === "stream") return { output_type, name: stream ?? "stdout", text };
  if (output_type === "pyerr") return { ...rest, output_type: "error" };
  if (output_type !== "pyout" && output_type !== "display_data") return output;
  const data: Fields = {};
  for (const [name, value] of Object.entries({ text, ...rest }))
    if (value !== undefined && (name in mimes || name.includes("/"))) {
      const mime = mimes[name] ?? name;
      data[mime] = mime === "application/json" ? parsed(value) : value;
    }
  const result = output_type === "pyout";
  return {
    ...{ output_type: result ? "execute_result" : output_type, metadata, data },
    ...(result && { execution_count: prompt_number ?? null }),
  };
}

function parsed(value: unknown): unknown {
  try {
    return JSON.parse(joined(value) ?? "");
  } catch {
    return value;
  }
}
