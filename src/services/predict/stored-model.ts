import { findModel, modelContent, promote, type StoredModel, saveModel } from "../../data/store/models";
import type { Store } from "../../data/store/open";
import { modelBytes, parseModelBytes } from "../../models/load";
import { type SavedModel, savedModelFromJSON, savedModelToJSON } from "./saved-model";

/** The kind under which the store keeps trained models. */
const kind = "telelink-model";

/** A model read from the store, and what the store knows of it. */
export interface FoundModel {
  readonly model: SavedModel;
  readonly stored: StoredModel;
}

/** Keeps the model as the next version of `name`, and points `alias` at it where one is given. */
export function storeModel(store: Store, name: string, model: SavedModel, alias?: string): StoredModel {
  const { pipeline: _, ...metadata } = model;
  const stored = saveModel(store, {
    name,
    kind,
    content: modelBytes(savedModelToJSON(model)),
    metadata: { ...metadata },
  });
  if (alias !== undefined) promote(store, alias, stored, { who: "telelink train", reason: "trained" });
  return stored;
}

/** The trained model that "name", "name@3" or an alias stands for; undefined when there is none. */
export function storedModel(store: Store, reference: string): FoundModel | undefined {
  const stored = findModel(store, reference);
  if (stored?.kind !== kind) return undefined;
  const json = parseModelBytes(modelContent(store, stored.id));
  return { stored, model: savedModelFromJSON(json, `${stored.name}@${stored.version} of ${store.file}`) };
}
