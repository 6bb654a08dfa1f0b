export { figuresOutput, provenanceOutput } from "../report/figures";
export { churnConclusion } from "./churn/conclusion";
export { type ChurnData, type Customers, churnData } from "./churn/data";
export { columnsTable, driversChart } from "./churn/data-views";
export { churnFigures } from "./churn/figures";
export { type HonestModel, honestProtocol } from "./churn/honest";
export {
  calibrationChart,
  honestConclusion,
  honestTable,
  precisionRecallChart,
  rocChart,
  thresholdChart,
} from "./churn/honest-views";
export { type ReferenceModel, referenceProtocol } from "./churn/reference";
export { referenceChart, referenceTable } from "./churn/reference-views";
export { imbalanceConclusion, imbalanceFigures } from "./imbalance/conclusion";
export { imbalanceData, imbalanceStudy, type Market, type MarketStudy } from "./imbalance/run";
export {
  marketsTable,
  movedThresholdChart,
  probabilitiesTable,
  profitChart,
  promiseChart,
  remediesTable,
} from "./imbalance/views";
export { provenanceOf } from "./provenance";
