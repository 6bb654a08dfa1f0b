import { count, decimal, percent } from "../../core/format";
import { mean } from "../../core/math/statistics";
import { gainTable } from "../../evaluate/curves";
import { gainPoints, gainReferences, lineChart, type Series } from "../../report/charts/line";
import { modelColours } from "../../report/charts/theme";
import { dataTable, numeric } from "../../report/data-table";
import type { Customers } from "../../services/churn-data";
import { chosenModel, type HonestModel } from "./honest";

const bands = 20;

/** Which share of the leavers is found by calling the most suspected customers first, for the models without SMOTE. */
export function gainChart(models: readonly HonestModel[], test: Customers): Promise<string> {
  const plain = models.filter((model) => !model.resampled);
  const gains = plain.map((model) => ({
    one: model,
    table: gainTable(test.labels, model.testScores, { bands }),
  }));
  const tenth = ({ table }: (typeof gains)[number]): number => table[bands / 10 - 1].gain;
  const chosen = chosenModel(models);
  const best = gains.find(({ one }) => one === chosen) ?? gains[0];
  const share = mean(test.labels);
  return lineChart({
    title: `Calling the tenth of customers that ${best.one.name.toLowerCase()} suspects most finds ${percent(tenth(best), 0)} of the leavers`,
    description: `Share of leavers found against the share of test customers called, most suspected first: ${gains.map((gain) => `${gain.one.name} finds ${percent(tenth(gain), 0)} among the first tenth`).join(", ")}.`,
    note: "“In any order” calls without a model; “Perfect” calls all leavers first.",
    x: { label: "Share of customers called", domain: [0, 1], format: ".0%" },
    y: { label: "Share of leavers found", domain: [0, 1], format: ".0%" },
    series: [
      ...gains.map(
        ({ one, table }): Series => ({
          name: one.name,
          colour: modelColours[one.name] ?? 1,
          points: gainPoints(table),
        }),
      ),
      ...gainReferences(share),
    ],
  });
}

/** The test customers in tenths by one model's probability: who left in each, and how many times as many as on average. */
export function liftTable(model: HonestModel, test: Customers): string {
  return dataTable(
    gainTable(test.labels, model.testScores),
    [
      { label: "Tenth", text: (row) => count(row.band) },
      numeric("From probability", (row) => decimal(row.lowestScore, 3)),
      numeric("Left", (row) => decimal(row.positives, 1)),
      numeric("Share", (row) => percent(row.rate), { help: "Of the tenth's customers" }),
      numeric("Lift", (row) => decimal(row.lift, 2), { help: "The share over that of all customers" }),
      numeric("Found so far", (row) => percent(row.gain), {
        help: "Of all leavers, by calling this tenth and those above",
      }),
    ],
    {
      caption: `Lift by tenths: ${model.name.toLowerCase()} on the test customers`,
      note: "The most suspected tenth first. Customers of equal probability on a boundary count in proportion on both sides. Lift: how many times as many left as among all.",
    },
  );
}
