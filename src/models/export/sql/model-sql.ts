import { check } from "../../../core/checks";
import type { Model } from "../../../core/model";
import { allCards, cardOf } from "../../registry";
import type { Define } from "./text";

/** The model's prediction as one expression over `columns`; throws for a kind whose card has no SQL. */
export function modelSql(model: Model, columns: readonly string[], define: Define): string {
  const card = cardOf(model.kind);
  const able = allCards().flatMap((card) => (card.sql ? [card.kind] : []));
  check(card?.sql !== undefined, "write SQL", `the model must be one of ${able.join(", ")}`, model.kind);
  return card.sql(model, columns, define, modelSql);
}
