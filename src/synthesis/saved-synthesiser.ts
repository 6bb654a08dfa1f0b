import { createHash } from "node:crypto";
import { check } from "../core/checks";
import type { Learning } from "./learning";
import { loadSynthesiser } from "./methods";
import type { Synthesiser } from "./synthesiser";

/**
 * Where a synthesiser comes from: enough to make it again. A private one says neither seed nor rows nor data: each would
 * tell something of the rows that its ε does not cover.
 */
export interface SynthesiserOrigin {
  readonly method: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly rows?: number;
  /** How many rows there were, where those learnt were drawn from them. */
  readonly drawnFrom?: number;
  /** What its owner is told of how it was learnt. */
  readonly learning?: Learning;
  readonly data?: readonly { readonly name: string; readonly sha256: string }[];
  /** What stood between the cells of the data, where that was no comma: rows are written with it, too. */
  readonly delimiter?: string;
  /** The version of this package. */
  readonly version: string;
}

/** A synthesiser with its origin, as it is kept in a file. */
export interface SavedSynthesiser {
  readonly synthesiser: Synthesiser;
  readonly origin: SynthesiserOrigin;
}

const kind = "telelink-synthesiser";

/**
 * The synthesiser and where it comes from as JSON, for a file that `savedSynthesiserFromJSON` reads.
 *
 * @example
 * const { table: plans } = parseCsv(`plan\n${"basic\nplus\nplus\n".repeat(40)}`);
 * const synthesiser = await synthesis("copula")(plans, seeded(1));
 * const json = savedSynthesiserToJSON({ synthesiser, origin: { method: "copula", options: {}, version: "1.0.0" } });
 * JSON.stringify(json).includes("copula"); // → true
 */
export function savedSynthesiserToJSON({ synthesiser, origin }: SavedSynthesiser): Record<string, unknown> {
  const held = { origin, synthesiser: synthesiser.toJSON() };
  return { kind, version: 1, sum: sumOf(held), ...held };
}

/** The sum of what a file holds, by which a change to it is noticed: hardly one of its numbers could be checked by itself. */
function sumOf({ origin, synthesiser }: Readonly<Record<string, unknown>>): string {
  return createHash("sha256")
    .update(JSON.stringify([origin, synthesiser]))
    .digest("hex");
}

/**
 * The synthesiser that `savedSynthesiserToJSON` described. Throws where the file is something else, of another version, was
 * changed since, or contradicts itself; `from` names it.
 *
 * @example
 * const { table: plans } = parseCsv(`plan\n${"basic\nplus\nplus\n".repeat(40)}`);
 * const synthesiser = await synthesis("copula")(plans, seeded(1));
 * const origin = { method: "copula", options: {}, version: "1.0.0" };
 * const json = JSON.parse(JSON.stringify(savedSynthesiserToJSON({ synthesiser, origin })));
 * savedSynthesiserFromJSON(json, "model.json").synthesiser.sample(9, seeded(2)).rows; // → 9
 */
export function savedSynthesiserFromJSON(json: unknown, from: string): SavedSynthesiser {
  const action = `load ${from}`;
  const fields = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  check(
    fields.kind === kind,
    action,
    `it must be a model that telelink synth fit wrote (kind "${kind}")`,
    fields.kind,
  );
  check(
    fields.version === 1,
    action,
    "version must be 1; fit it again with this version of telelink",
    fields.version,
  );
  // Files of before have none.
  const kept = fields.sum === undefined || fields.sum === sumOf(fields);
  const rule = "it must be as telelink synth fit wrote it, and was changed since: fit it again";
  check(kept, action, `${rule} (rules are changed by --write-structure and --structure)`);
  const synthesiser = loadSynthesiser(fields.synthesiser);
  return { synthesiser, origin: fields.origin as SynthesiserOrigin };
}
