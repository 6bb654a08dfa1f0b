import { decimal, percent } from "../../core/format";
import { betaDiscreteWeibull } from "../../models/clv/beta-discrete-weibull";
import { betaGeometricFromJSON } from "../../models/clv/beta-geometric";
import type { PurchaseHistory } from "../../models/clv/purchase-history";
import { shiftedBetaGeometric } from "../../models/clv/shifted-beta-geometric";
import { heatMap } from "../../report/charts/heat-map";
import { lineChart } from "../../report/charts/line";
import { dataTable, numeric } from "../../report/data-table";

/** A published figure and ours. */
export interface PublishedCheck {
  readonly what: string;
  readonly published: number;
  readonly ours: number;
  readonly digits: number;
  readonly source: string;
}

// Fader and Hardie (2007): 1,000 customers of two kinds of contract, after each of twelve yearly renewals.
const highEnd = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394];
const regular = [1000, 631, 468, 382, 326, 289, 262, 241];

const one = (x: number, t: number, T: number): PurchaseHistory => ({
  frequency: Float64Array.of(x),
  recency: Float64Array.of(t),
  age: Float64Array.of(T),
});

// BG/NBD on CDNOW's 2,357 customers: Fader, Hardie and Lee (2005), table 2.
const cdnow = betaGeometricFromJSON({
  kind: "bg-nbd",
  version: 1,
  parameters: { r: 0.2425945, alpha: 4.4136019, a: 0.7929199, b: 2.4258881 },
  covariance: null,
  logLikelihood: -9582.429,
});

/** Published figures of the purchase and renewal models beside what these implementations give. */
export function publishedChecks(): readonly PublishedCheck[] {
  const sevenHigh = highEnd.slice(0, 8);
  const [sbg, sbgHigh, bdw] = [
    shiftedBetaGeometric([regular]),
    shiftedBetaGeometric([sevenHigh]),
    betaDiscreteWeibull([sevenHigh]),
  ];
  const cohorts = "Fader and Hardie (2007)";
  return [
    {
      what: "BG/NBD: purchases of a CDNOW customer (2; 30.43; 38.86) in 39 weeks",
      published: 1.226,
      ours: cdnow.expectedPurchases(one(2, 30.43, 38.86), 39)[0],
      digits: 3,
      source: "Fader, Hardie and Lee (2005)",
    },
    { what: "sBG, regular: α", published: 0.7040773, ours: sbg.estimates[0], digits: 4, source: cohorts },
    { what: "sBG, regular: β", published: 1.182043, ours: sbg.estimates[1], digits: 4, source: cohorts },
    {
      what: "sBG, regular: log likelihood",
      published: -1680.26519,
      ours: sbg.logLikelihood,
      digits: 3,
      source: cohorts,
    },
    {
      what: "sBG, regular: discounted lifetime at 10%",
      published: 3.6949085,
      ours: sbg.discountedLifetime(0.1),
      digits: 4,
      source: cohorts,
    },
    {
      what: "sBG, high end: discounted lifetime at 10%",
      published: 5.9222534,
      ours: sbgHigh.discountedLifetime(0.1),
      digits: 4,
      source: cohorts,
    },
    {
      what: "beta-discrete-Weibull, high end: log likelihood",
      published: -1605.3142,
      ours: bdw.logLikelihood,
      digits: 3,
      source: "Fader and others (2018)",
    },
    {
      what: "the same: survival of twelve renewals",
      published: 0.404,
      ours: bdw.survivalAt(12),
      digits: 3,
      source: "Fader and others (2018)",
    },
  ];
}

export function publishedChecksTable(
  checks: readonly PublishedCheck[],
  words: { readonly caption: string; readonly note: string } = {
    caption: "Models of renewals, beside their published figures",
    note: "Cohorts and estimates as published; the same figures from these implementations.",
  },
): string {
  return dataTable(
    checks,
    [
      { label: "Figure", text: (row) => row.what },
      numeric("Published", (row) => decimal(row.published, row.digits)),
      numeric("Here", (row) => decimal(row.ours, row.digits)),
      { label: "Source", text: (row) => row.source },
    ],
    words,
  );
}

/** The high-end cohort: seven renewals to learn from, five to be foretold. */
export function renewalChart(): Promise<string> {
  const [sbg, bdw] = [
    shiftedBetaGeometric([highEnd.slice(0, 8)]),
    betaDiscreteWeibull([highEnd.slice(0, 8)]),
  ];
  const years = Array.from({ length: 13 }, (_, t) => t);
  return lineChart({
    title: `From seven renewals the beta-discrete-Weibull foretells that ${percent(bdw.survivalAt(12), 0)} are left after twelve; ${percent(highEnd[12] / 1000, 0)} were`,
    description: `Share of the high-end cohort still there by year: observed ${years.map((t) => percent(highEnd[t] / 1000, 0)).join(", ")}; the shifted-beta-geometric foretells ${percent(sbg.survivalAt(12), 0)} after twelve, the beta-discrete-Weibull ${percent(bdw.survivalAt(12), 0)}.`,
    note: "Both models learn from renewals 1 to 7. A rate of loss that looks constant is a mix of customers of whom the loyal remain.",
    x: { label: "Renewals", domain: [0, 12] },
    y: { label: "Share still there", domain: [0, 1], format: ".0%" },
    rules: [{ x: 7, label: "learned until here" }],
    series: [
      {
        name: "Observed",
        colour: "grey",
        dots: true,
        points: years.map((t) => ({ x: t, y: highEnd[t] / 1000 })),
      },
      {
        name: "Shifted-beta-geometric",
        colour: 2,
        dashed: true,
        points: years.map((t) => ({ x: t, y: sbg.survivalAt(t) })),
      },
      {
        name: "Beta-discrete-Weibull",
        colour: 1,
        points: years.map((t) => ({ x: t, y: bdw.survivalAt(t) })),
      },
    ],
  });
}

/** The chance that a CDNOW customer is still one, by purchases and the week of the last of them. */
export function aliveChart(): Promise<string> {
  const purchases = [1, 2, 3, 5, 8, 12, 20];
  const weeks = [2, 5, 10, 15, 20, 25, 30, 35, 38];
  const alive = (x: number, t: number): number => cdnow.probabilityAlive(one(x, t, 38.86))[0];
  return heatMap({
    title: "The more often somebody bought, the sooner silence means that they have left",
    description: `Chance of being alive in week 38.86 by repeat purchases and week of the last: ${purchases.map((x) => `${x} purchases, last in week 20: ${percent(alive(x, 20), 0)}`).join("; ")}.`,
    note: "BG/NBD at CDNOW's published estimates: first purchase in week 0, observed until week 38.86.",
    rows: purchases.map((x) => `${x} repeat ${x === 1 ? "purchase" : "purchases"}`),
    columns: weeks.map((t) => `week ${t}`),
    values: purchases.map((x) => weeks.map((t) => alive(x, t))),
    label: "Chance to be alive",
    domain: [0, 1],
    cell: 44,
    text: (chance) => percent(chance, 0),
  });
}
