import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isCategorical, type Table } from "../../../../src/data/table";

/** What onnxruntime, the library of record, says of a model: the names it asks for, its metadata, and the score of each row. */
export interface OnnxAnswer {
  readonly inputs: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly score: readonly number[];
}

// Numbers travel as JSON, which holds a double to the bit; missing numbers as null.
const script = `
import json, sys
import numpy as np
import onnxruntime

columns = json.load(open(sys.argv[2]))
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
inputs = [one.name for one in session.get_inputs()]
feeds = {}
for name in inputs:
    values = columns[name]
    words = any(isinstance(value, str) for value in values)
    of = object if words else np.float64
    feeds[name] = np.array([np.nan if value is None else value for value in values], dtype=of).reshape(-1, 1)
metadata = session.get_modelmeta().custom_metadata_map
print(json.dumps({"inputs": inputs, "metadata": metadata, "score": session.run(["score"], feeds)[0].ravel().tolist()}))
`;

/** Scores the table's raw columns with the model in onnxruntime, by the Python of `make peers`. */
export function scoreOnnx(python: string, model: Uint8Array, table: Table): OnnxAnswer {
  const folder = mkdtempSync(join(tmpdir(), "telelink-onnx-"));
  try {
    const columns = table.columns.map((one) => {
      if (one.type === "numeric")
        return [one.name, Array.from(one.values, (v) => (Number.isNaN(v) ? null : v))];
      if (isCategorical(one))
        return [one.name, Array.from(one.codes, (code) => (code < 0 ? "" : one.levels[code]))];
      return [one.name, []];
    });
    writeFileSync(join(folder, "model.onnx"), model);
    writeFileSync(join(folder, "columns.json"), JSON.stringify(Object.fromEntries(columns)));
    const files = [join(folder, "model.onnx"), join(folder, "columns.json")];
    const answer = execFileSync(python, ["-c", script, ...files], { encoding: "utf8", maxBuffer: 1 << 28 });
    return JSON.parse(answer) as OnnxAnswer;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
