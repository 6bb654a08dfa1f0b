import { count, decimal, interval, percent } from "../../core/format";
import { dotChart, tenthDots } from "../../report/charts/dots";
import { dataTable, numeric, scored } from "../../report/data-table";
import { frequencyTable, trackingChart } from "../../services/value/purchases/transactions-page";
import { isMissing, type Missing, missingNote } from "../missing";
import type { AtRiskStudy } from "./at-risk";
import { publishedChecksTable } from "./purchase-check";
import { calibrationEnd, holdoutWeeks, type PurchaseStudy } from "./purchases";

/** All that CDNOW's purchases show, piece by piece. */
export async function purchaseParts(study: PurchaseStudy | Missing): Promise<readonly string[]> {
  if (isMissing(study)) return [missingNote("CDNOW's purchases", study)];
  return [
    estimatesTable(study),
    await trackingChart(study.check),
    frequencyTable(study.check),
    revenueTable(study),
    await revenueTenths(study),
  ];
}

/** Which order of calls reaches the value that is about to leave, at the Iranian carrier. */
export function atRiskParts(study: AtRiskStudy | Missing): readonly string[] {
  return [isMissing(study) ? missingNote("the Iranian carrier's customers", study) : atRiskTable(study)];
}

/** Estimates from the purchases themselves beside the published ones. */
function estimatesTable(study: PurchaseStudy): string {
  return publishedChecksTable(study.published, {
    caption: `Estimates from CDNOW's published sample until ${calibrationEnd}, beside the published ones`,
    note: "Fitted here, from the purchases themselves. MBG/NBD's published figures are of another fit; digits are those that the sources give.",
  });
}

/** What customers spent in the weeks held out, by every way to foretell it. */
function revenueTable(study: PurchaseStudy): string {
  return dataTable(
    study.ways,
    [
      { label: "Way", text: (row) => row.name },
      scored("Gini", "highest", (row) => row.scores.gini.estimate, decimal, {
        help: "How well customers are ordered by what they spend; 1 is the perfect order",
      }),
      numeric("95% interval", (row) => interval(row.scores.gini.low, row.scores.gini.high)),
      scored(
        "MAE, $",
        "lowest",
        (row) => row.scores.mae.estimate,
        (value) => decimal(value, 1),
        { help: "Mean absolute error of a customer's dollars" },
      ),
      numeric("Sum off by", (row) => percent(row.scores.total.estimate)),
      numeric(
        "95% interval",
        (row) => `${percent(row.scores.total.low)} to ${percent(row.scores.total.high)}`,
      ),
    ],
    {
      caption: `Dollars of ${holdoutWeeks} weeks that no model saw: ${count(study.customers)} CDNOW customers spent ${count(study.spent)}`,
      note: `The purchase model (${study.check.models[0].kind}) was chosen by the other half of the customers. Intervals draw customers anew: they do not hold what all customers have in common, such as a season.`,
    },
  );
}

/** Dollars foretold and spent by tenth of the forecast. */
function revenueTenths(study: PurchaseStudy): Promise<string> {
  const [best] = study.ways;
  const top = best.bins[0];
  const all = best.bins.reduce((sum, bin) => sum + bin.actual, 0);
  return dotChart({
    title: `The tenth of customers ranked first spends ${percent(top.actual / all, 0)} of all that is spent`,
    description: `Mean dollars of ${holdoutWeeks} weeks by tenth of the forecast: ${best.bins.map((bin) => `tenth ${bin.bin} foretold ${decimal(bin.predicted, 1)}, spent ${decimal(bin.actual, 1)}`).join("; ")}.`,
    note: `${best.name}. Dot and line: spent, with its 95% interval. Diamond: foretold.`,
    x: { label: "Dollars a customer", format: ",d" },
    dots: tenthDots(best.bins, "foretold"),
  });
}

/** Which order of calls reaches the value that is about to leave. */
function atRiskTable(study: AtRiskStudy): string {
  return dataTable(
    study.orders,
    [
      { label: "Called first", text: (row) => row.name },
      scored(
        "Value lost among the first tenth",
        "highest",
        (row) => row.tenth.estimate,
        (value) => percent(value, 0),
      ),
      numeric("95% interval", (row) => `${percent(row.tenth.low, 0)} to ${percent(row.tenth.high, 0)}`),
    ],
    {
      caption: `Iranian carrier: ${count(study.customers)} customers, ${count(study.leavers)} of whom left and took ${percent(study.lost / study.total)} of the value with them`,
      note: `Chances out of fold: ROC AUC ${decimal(study.churnAuc.estimate)} (${interval(study.churnAuc.low, study.churnAuc.high)}); value foretold to leave is off by ${percent(study.foretold.estimate)} (${percent(study.foretold.low)} to ${percent(study.foretold.high)}). ${count(study.repeated)} rows equal an earlier one and are kept in its fold. The carrier's value is made from use (R² ${decimal(study.valueFromUse, 2)} out of fold), so that foretelling it from use would prove nothing.`,
    },
  );
}
