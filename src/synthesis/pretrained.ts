import { check } from "../core/checks";
import { type PretrainedCard, readPretrained } from "../data/sources/pretrained";
import { type SavedSynthesiser, savedSynthesiserFromJSON } from "./saved-synthesiser";

/** A generator that comes with telelink, with its card. */
export interface Pretrained extends SavedSynthesiser {
  readonly card: PretrainedCard;
}

/**
 * The pretrained generator called `name`. Throws where there is none of that name (and lists those there are), where its
 * file is damaged or of another version, or where it does not make the columns that its card says.
 *
 * @example
 * const [card] = pretrainedCards();
 * loadPretrained(card.name).synthesiser.sample(5, seeded(1)).rows; // → 5
 * loadPretrained("nobody"); // throws "nobody"
 */
export function loadPretrained(name: string): Pretrained {
  const { card, json } = readPretrained(name);
  const saved = savedSynthesiserFromJSON(json, card.file);
  const columns = saved.synthesiser.columns.map((column) => column.name);
  check(
    columns.join("\n") === card.columns.join("\n"),
    `load ${card.file}`,
    `it must make the columns ${card.columns.join(", ")}`,
    columns.join(", "),
  );
  return { ...saved, card };
}
