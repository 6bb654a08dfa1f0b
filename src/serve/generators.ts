import { type PretrainedCard, pretrainedCards } from "../data/sources/pretrained";
import type { SchemaName } from "../data/sources/sources";
import { findModel, modelContent } from "../data/store/models";
import type { Store } from "../data/store/open";
import type { BesideWork } from "../services/synthetic/beside";
import type { GeneratorSource } from "../services/synthetic/draw";
import type { HeldOut } from "../services/synthetic/real-rows";
import { dataFile } from "./data-path";
import { HttpProblem } from "./problem";

/** Simulated customers whom a pretrained generator never saw, to compare it with. */
const freshRows = 3000;

/** Pretrained generators are listed and asked for as "pretrained NAME", so that a trained one never hides them. */
export const pretrainedPrefix = "pretrained ";

/**
 * Finds generators by reference. Their bytes are read once and shared with the threads that draw; those of the newest
 * few models stay.
 */
export function generatorSources(store: Store): (reference: string) => GeneratorSource {
  const read = new Map<number, GeneratorSource>();
  return (reference) => {
    const name = pretrainedName(reference);
    if (name !== undefined) return { kind: "pretrained", name };
    const found = findModel(store, reference);
    if (!found?.kind.startsWith("synthesiser "))
      throw new HttpProblem(404, "There is no such generator; /synth/models lists those there are");
    const known = read.get(found.id) ?? {
      kind: "saved" as const,
      key: `${found.id} ${found.sha256}`,
      bytes: shared(modelContent(store, found.id)),
    };
    read.delete(found.id);
    read.set(found.id, known);
    for (const id of [...read.keys()].slice(0, -4)) read.delete(id);
    return known;
  };
}

/** Where the rows are to be had that a generator learned from; throws where they are not here. */
export function realRowsOf(store: Store, folder: string, reference: string): BesideWork["real"] {
  const name = pretrainedName(reference);
  if (name !== undefined) {
    const { schema, rows, seed } = pretrainedCards().find((card) => card.name === name) as PretrainedCard;
    return { kind: "simulator", schema: schema as SchemaName, rows, seed, fresh: freshRows };
  }
  const { data, sha256, heldOut, privacy } = findModel(store, reference)?.metadata ?? {};
  if (privacy !== undefined)
    throw new HttpProblem(
      422,
      "A private generator keeps nothing of its data to be compared with: telelink synth report compares files",
    );
  if (typeof data !== "string" || typeof sha256 !== "string")
    throw new HttpProblem(
      422,
      "The real customers of this generator are not here: compare one that was trained here",
    );
  const path = dataFile(folder, data);
  return { kind: "file", path, file: data, sha256, ...(heldOut ? { heldOut: heldOut as HeldOut } : {}) };
}

/** The pretrained generator that a reference means, if it means one. */
function pretrainedName(reference: string): string | undefined {
  const name = reference.replace(/@1$/, "").slice(pretrainedPrefix.length);
  if (!reference.startsWith(pretrainedPrefix)) return undefined;
  return pretrainedCards().some((card) => card.name === name) ? name : undefined;
}

/** The bytes where all threads can read them. */
function shared(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(new SharedArrayBuffer(bytes.length));
  out.set(bytes);
  return out;
}
