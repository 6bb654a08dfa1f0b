import type { BesideReal } from "../routes/synth-rows.js";
import { make, percent, sharesTable, shown } from "./dom.js";

/** The comparison in figures, in words on how they were measured, and column by column. */
export function comparisonNodes(found: BesideReal): Node[] {
  const { rows, quality, shapes, trends, copies, held_out: unseen, columns } = found;
  const share = copies / rows.synthetic;
  const figures: [string, string, string][] = [
    [
      "Quality",
      percent(quality),
      unseen ? `customers held out reach ${percent(unseen.quality)}` : "1 is best",
    ],
    unseen
      ? [
          "Privacy",
          percent(unseen.privacy),
          `95% interval: ${percent(unseen.privacy_low)} to ${percent(unseen.privacy_high)}; 100% where nothing was learned by heart`,
        ]
      : ["Privacy", "not measured", "no customers were held out"],
  ];
  return [
    make("h2", {}, "Beside the real customers"),
    make(
      "dl",
      { class: "app-figures" },
      ...figures.map(([name, value, note]) =>
        make("div", {}, make("dt", {}, name), make("dd", {}, value), make("dd", { class: "app-hint" }, note)),
      ),
    ),
    make("h3", { class: "app-heading" }, "How it was measured"),
    make(
      "p",
      {},
      `${shown(rows.synthetic)} rows were drawn without conditions and set beside the ${shown(rows.real)} customers that the generator learned from. Quality is SDMetrics' score: ${percent(shapes)} for single columns, ${percent(trends)} for pairs of columns.`,
    ),
    make("p", {}, privacyWords(found)),
    make(
      "p",
      {},
      `${percent(share)} of the drawn rows equal a learned customer${unseen ? `, as do ${percent(unseen.copies_held_out)} of the customers held out` : "; some do by chance"}.`,
    ),
    make("h3", { class: "app-heading" }, "Column by column, the least alike first"),
    ...columns.filter((column) => column.likeness !== undefined).map((column, k) => sharesOf(column, k < 3)),
  ];
}

function privacyWords({ rows, held_out: unseen }: BesideReal): string {
  if (!unseen)
    return "Privacy needs customers whom the generator never saw. None were held out when it was trained: train again with a share held out.";
  return `Privacy is measured against ${shown(rows.held_out)} customers whom the generator never saw: if it had learned nobody by heart, drawn rows would lie as near to them as to those it learned from (memorisation ${shown(Math.max(0, unseen.memorisation), 3)}, ${shown(1 - unseen.privacy_high, 3)} to ${shown(1 - unseen.privacy_low, 3)}; 0 is none, 1 is copies; privacy is 1 less it). The median drawn row is ${shown(unseen.closest, 3)} away from the closest learned customer, the median held-out customer ${shown(unseen.closest_held_out, 3)} (0 is equal, 1 is different in everything).`;
}

function sharesOf({ column, likeness, shares }: BesideReal["columns"][number], open: boolean): HTMLElement {
  return sharesTable(
    `${column}: ${percent(likeness ?? 0)} alike`,
    `${column}: shares of the rows`,
    ["Value", "Real", "Synthetic"],
    shares.map(({ value, real, synthetic }) => ({ value, of: [real, synthetic] })),
    open,
  );
}
