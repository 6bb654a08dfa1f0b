import { describe, expect, test } from "vitest";
import { comparisonTables } from "../../src/report/comparison";
import type { Figure } from "../../src/report/figures";

const figure = (row: string, column: string, value: number, more: Partial<Figure> = {}): Figure => ({
  name: `${row}.${column}`.replace(/[^\w.]/g, "-"),
  label: `${column}, ${row}`,
  value,
  better: "higher",
  cell: { table: "Who will leave", row, column },
  ...more,
});

describe("comparisonTables(reports)", () => {
  const report = (figures: readonly Figure[]) => ({ title: "Churn <1>", href: "01-churn.html", figures });

  test("lays models by measures, marks the best, and leads to the report", () => {
    const text = comparisonTables([
      report([
        figure("Forest", "ROC AUC", 0.93),
        figure("Logit", "ROC AUC", 0.81),
        figure("Forest", "Brier", 0.05, { better: "lower" }),
        figure("Logit", "Brier", 0.1, { better: "lower" }),
        figure("Oracle", "ROC AUC", 1, {
          cell: { table: "Who will leave", row: "Oracle", column: "ROC AUC", reference: true },
        }),
      ]),
    ])?.text;
    expect(text).toContain("<summary>Who will leave, from Churn &lt;1&gt;</summary>");
    expect(text).toContain("<caption>Who will leave</caption>");
    expect(text).toContain('<strong>0.930<span class="tl-sr"> (best)</span></strong>');
    expect(text).toContain('<strong>0.050<span class="tl-sr"> (best)</span></strong>');
    expect(text?.match(/<strong>/g)).toHaveLength(2);
    // The oracle has no Brier score here, is grey and is never the best, though 1 is the highest.
    expect(text).toMatch(
      /tl-muted"><th scope="row">Oracle<\/th><td class="tl-num">1<\/td><td class="tl-num">–/,
    );
    expect(text).toContain('<a href="01-churn.html">Churn &lt;1&gt;</a>');
  });

  test("figures without a place are left out; without any there is no section", () => {
    const { cell: _, ...loose } = figure("Forest", "ROC AUC", 0.9);
    expect(comparisonTables([report([loose])])).toBeNull();
  });
});
