import type { SearchSpace } from "../../models/search/search-space";

/** One row of the reference system's table of churn models, on its 667 test customers. */
export interface PublishedRow {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** The reference system's table 1. */
export const publishedChurn: Readonly<Record<string, PublishedRow>> = {
  "Logistic regression": { accuracy: 0.714, precision: 0.274, recall: 0.611, f1: 0.378 },
  "Random forest": { accuracy: 0.859, precision: 0.511, recall: 0.242, f1: 0.329 },
  "Tuned random forest": { accuracy: 0.867, precision: 0.552, recall: 0.337, f1: 0.418 },
  "Deep network": { accuracy: 0.688, precision: 0.258, recall: 0.632, f1: 0.366 },
};

/** The columns that the reference system drops: every minute and every charge. */
export const referenceDropped: readonly string[] = ["day", "eve", "night", "intl"].flatMap((part) => [
  `Total ${part} minutes`,
  `Total ${part} charge`,
]);

/** The forests among which the reference system searches. */
export const referenceSearch: SearchSpace = {
  kind: "random-forest",
  vary: {
    trees: [200, 300, 400, 500, 600],
    depth: [undefined, 10, 15, 20],
    minSplit: [2, 5, 10],
    minRows: [1, 2, 4],
  },
};
