import { check } from "../core/checks";
import { gunzipJson, gzipJson, isGzip, parseJson } from "../core/gzip-json";
import { matrix } from "../core/matrix";
import type { Model } from "../core/model";
import { encoderFromJSON } from "../features/encoder";
import { type Pipeline, pipelineOf } from "./pipeline";
import { allCards, cardOf } from "./registry";

/** Models inside models, at most: no honest file comes near. */
const depthLimit = 8;

/**
 * The model that `toJSON` described, predicting the same to the last bit. Throws on an unknown kind or version, and on
 * any number that could make it stray, loop or answer NaN: safe for files of strangers.
 */
export function loadModel(json: unknown): Model {
  return read(json, 0);
}

/**
 * The pipeline that `toJSON` described; throws as `loadModel`, and when encoder and model don't fit together.
 *
 * @example
 * const { table: customers } = parseCsv("calls,plan\n9,a\n1,b\n8,a\n2,b\n");
 * const learn = pipeline({ learner: logisticRegression() });
 * const model = await learn(customers, Float64Array.of(1, 0, 1, 0), seeded(1));
 * const again = loadPipeline(JSON.parse(JSON.stringify(model)));
 * again.predict(customers)[0] === model.predict(customers)[0]; // → true
 */
export function loadPipeline(json: unknown): Pipeline {
  const action = "load pipeline";
  const from = fields(json, action);
  check(from.kind === "pipeline", action, 'kind must be "pipeline"', from.kind);
  check(from.version === 1, action, "version must be 1", from.version);
  const encoder = encoderFromJSON(from.encoder);
  const model = loadModel(from.model);
  const columns = encoder.features.length;
  // No rows, but the right columns: a model that wants others says so here and not at the first customer.
  model.predict(matrix(0, columns, new Float64Array(0), encoder.features));
  return pipelineOf(encoder, model);
}

/**
 * A model's or pipeline's JSON as compact bytes: gzipped text, a quarter of its length.
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * const model = await linearRegression()({ x, y: Float64Array.of(1, 3, 5, 7) }, seeded(1));
 * const bytes = modelBytes(model);
 * loadModel(parseModelBytes(bytes)).kind; // → "linear-regression"
 */
export function modelBytes(json: unknown): Uint8Array {
  return gzipJson(json, "write model");
}

/**
 * The JSON in a model's file, whether it is text or compact bytes; throws with words when it is cut off or changed.
 *
 * @example
 * parseModelBytes(modelBytes({ kind: "ridge", version: 1 })); // → { kind: "ridge", version: 1 }
 * parseModelBytes(modelBytes({ kind: "ridge", version: 1 }).slice(0, 20)); // throws "Cannot"
 */
export function parseModelBytes(bytes: Uint8Array): unknown {
  const action = "load model";
  check(
    !former.every((byte, i) => bytes[i] === byte),
    action,
    "it is in the packed form of telelink 0.1, which this version does not read: train it again with telelink train",
  );
  if (isGzip(bytes)) return gunzipJson(bytes, action);
  return parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"), action);
}

/** The first bytes of the packed form that earlier versions wrote. */
const former = [0x89, 0x74, 0x6c, 0x6d, 0x0d, 0x0a, 0x1a, 0x0a];

function read(json: unknown, depth: number): Model {
  const action = "load model";
  check(depth < depthLimit, action, `models may be nested ${depthLimit} deep`);
  const from = fields(json, action);
  const card = cardOf(from.kind);
  const kinds = allCards().map((card) => card.kind);
  check(card !== undefined, action, `kind must be one of ${kinds.join(", ")}`, from.kind);
  check(from.version === 1, action, "version must be 1", from.version);
  return card.fromJSON(from, (inner) => read(inner, depth + 1));
}

function fields(json: unknown, action: string): Record<string, unknown> {
  check(
    typeof json === "object" && json !== null && !Array.isArray(json),
    action,
    "it must be an object",
    json === null ? "null" : typeof json,
  );
  return json as Record<string, unknown>;
}
