import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { check, checkOneOf } from "../../core/checks";
import { sha256Of } from "../../core/sha256";

/** A generator that comes with telelink: what its card in `data/pretrained/index.json` says of it. */
export interface PretrainedCard {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The columns that it makes. */
  readonly columns: readonly string[];
  readonly method: string;
  /** The simulator's view and seed that it learnt from, and how many rows. */
  readonly schema: string;
  readonly seed: number;
  readonly rows: number;
  /** telelink's version when it was made, and the day. */
  readonly version: string;
  readonly made: string;
  /** What was measured against simulated rows that it never saw. */
  readonly figures: Readonly<Record<string, number>>;
}

const folder = resolve(__dirname, "..", "..", "..", "data", "pretrained");

/**
 * The cards of all pretrained generators; none where they were not installed.
 *
 * @example
 * pretrainedCards().every((one) => one.rows > 0); // → true
 */
export function pretrainedCards(): readonly PretrainedCard[] {
  const file = join(folder, "index.json");
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, "utf8")) as { models: readonly PretrainedCard[] }).models;
}

/** The card and the saved JSON of one of them. Throws where there is none of that name, or its bytes are not its own. */
export function readPretrained(name: string): { readonly card: PretrainedCard; readonly json: unknown } {
  const action = "load a pretrained generator";
  const cards = pretrainedCards();
  checkOneOf(
    name,
    cards.map((card) => card.name),
    action,
    "the name",
  );
  const card = cards.find((card) => card.name === name) as PretrainedCard;
  const bytes = readFileSync(join(folder, card.file));
  const found = sha256Of(bytes);
  check(found === card.sha256, action, `${card.file} must have the SHA-256 ${card.sha256}`, found);
  return { card, json: JSON.parse(bytes.toString("utf8")) };
}
