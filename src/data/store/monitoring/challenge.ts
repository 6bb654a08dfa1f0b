import { audit } from "../audit";
import { modelWithId, type StoredModel } from "../models";
import { type Store, transaction } from "../open";
import { rowOf } from "../rows";

/** How a challenger takes part: it is asked beside the champion, or answers for a share of the customers. */
export const challengeModes = ["shadow", "share"] as const;
export type ChallengeMode = (typeof challengeModes)[number];

/** A model that is tried out beside the champion. */
export interface Challenge {
  readonly model: StoredModel;
  readonly mode: ChallengeMode;
  /** The share of the customers whom it answers, in the mode "share". */
  readonly share: number;
  readonly since: string;
}

/** The challenger; undefined where there is none. */
export function challenge(store: Store): Challenge | undefined {
  const query = "SELECT model_id AS id, mode, share, since FROM telelink_challenge";
  const row = rowOf<Omit<Challenge, "model"> & { readonly id: number }>(store, query);
  const model = row && modelWithId(store, row.id);
  return model && { model, mode: row.mode, share: row.share, since: row.since };
}

/** Makes a model the challenger in place of another, or ends the trial; who did it and why is noted. */
export function setChallenge(
  store: Store,
  given: { readonly model: StoredModel; readonly mode: ChallengeMode; readonly share: number } | undefined,
  { who, reason }: { readonly who: string; readonly reason: string },
): void {
  transaction(store, "set the challenger in", () => {
    store.db.exec("DELETE FROM telelink_challenge");
    if (given)
      store.db
        .prepare("INSERT INTO telelink_challenge (one, model_id, mode, share, since) VALUES (1, ?, ?, ?, ?)")
        .run(given.model.id, given.mode, given.share, new Date().toISOString());
    const detail = given
      ? { model: `${given.model.name}@${given.model.version}`, mode: given.mode, share: given.share }
      : {};
    audit(store, who, given ? "set challenger" : "end challenger", { ...detail, reason });
  });
}
