import { sha256Of } from "../../core/sha256";
import { findModel, modelContent, type StoredModel, saveModel } from "../../data/store/models";
import type { Store } from "../../data/store/open";
import { modelBytes, parseModelBytes } from "../../models/load";
import { type Desk, deskFromJSON, deskOf } from "./desk";

/** The name and the kind under which the store keeps desks. */
const name = "desk";
const kind = "telelink-desk";

/**
 * Keeps the desk in the store, unless its newest version there is this very one, and returns it under its name and number
 * there: so that a prediction can be led back to the model that made it.
 */
export function storeDesk(store: Store, desk: Desk): Desk {
  const content = modelBytes(desk.toJSON());
  const sha256 = sha256Of(content);
  const last = findModel(store, name);
  const { seed, data, simulatedValue } = desk.origin;
  const stored =
    last?.kind === kind && last.sha256 === sha256
      ? last
      : saveModel(store, { name, kind, content, metadata: { seed, data, simulatedValue } });
  return named(desk, stored);
}

/** The desk that "desk", "desk@3" or an alias stands for; undefined when there is none. */
export function storedDesk(store: Store, reference: string): Desk | undefined {
  const stored = findModel(store, reference);
  if (stored?.kind !== kind) return undefined;
  return named(deskFromJSON(parseModelBytes(modelContent(store, stored.id))), stored);
}

function named(desk: Desk, { id, version }: StoredModel): Desk {
  const { variants, schema, origin, fields, profile, predicted } = desk;
  return deskOf(variants, schema, { ...origin, model: `${name}@${version}`, modelId: id }, fields, {
    ...(profile ? { profile } : {}),
    ...(predicted ? { predicted } : {}),
  });
}
