export { figuresOutput, provenanceOutput } from "../report/figures";
export { type ChurnData, type Customers, churnData } from "../services/churn-data";
export { churnConclusion } from "./churn/conclusion";
export { columnsTable, driversChart } from "./churn/data-views";
export { churnFigures } from "./churn/figures";
export { gainChart, liftTable } from "./churn/gain-views";
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
export { atRiskData, atRiskStudy } from "./clv/at-risk";
export { clvConclusion, clvFigures } from "./clv/figures";
export {
  contractCurves,
  lifetimeData,
  lifetimeDrivers,
  lifetimeModels,
} from "./clv/lifetimes";
export {
  contractChart,
  driftTable,
  driversOfLifetimeChart,
  lifetimeChart,
  lifetimeTable,
} from "./clv/lifetimes-views";
export { aliveChart, publishedChecks, publishedChecksTable, renewalChart } from "./clv/purchase-check";
export { atRiskParts, purchaseParts } from "./clv/purchase-views";
export { purchaseData, purchaseStudy } from "./clv/purchases";
export { referenceValueProtocol } from "./clv/reference";
export { referenceValueChart, referenceValueTable, simulatedNote } from "./clv/reference-views";
export { valueData, valueStudy } from "./clv/value";
export { concentrationChart, decileChart, segmentTable, valueTable } from "./clv/value-views";
export { imbalanceConclusion, imbalanceFigures } from "./imbalance/conclusion";
export { imbalanceData, imbalanceStudy, type Market, type MarketStudy } from "./imbalance/run";
export {
  campaignNote,
  marketsTable,
  movedThresholdChart,
  probabilitiesTable,
  profitChart as remedyProfitChart,
  promiseChart,
  remediesTable,
} from "./imbalance/views";
export { netsBackend, provenanceOf } from "./provenance";
export { referenceNets, referenceNetsTable } from "./reference-nets";
export { retentionData } from "./retention/campaign";
export { retentionExplorer } from "./retention/explorer";
export { retentionConclusion, retentionFigures } from "./retention/figures";
export { mailingData, mailingStudy } from "./retention/mailing";
export { mailingParts } from "./retention/mailing-views";
export { retentionStudy } from "./retention/study";
export {
  campaignTable,
  effectBinsChart,
  effectTable,
  profitChart,
  qiniChart,
  ruleTable,
  sensitivityChart,
} from "./retention/views";
export { synthesisConclusion, synthesisFigures } from "./synthesis/conclusion";
export { synthesisData, synthesisStudy } from "./synthesis/study";
export {
  contendersTable,
  fidelityTable,
  overlaidDistributions,
  planeOfRows,
  privacyTable,
  relationCharts,
  tradeOffChart,
  usefulTable,
} from "./synthesis/study-views";
export { rerunTable, tableComparison } from "./tables/compare-tables";
export {
  tableRanksChart,
  tableRanksTable,
  tablesConclusion,
  tablesFigures,
  tablesTable,
} from "./tables/views";
export { usageChurn } from "./usage/churn";
export { usageConclusion, usageFigures } from "./usage/conclusion";
export { usageData } from "./usage/data";
export { usageForecasts } from "./usage/forecasts";
export { usageSegmentChart, usageSegmentTable } from "./usage/segment-views";
export { usageSegments } from "./usage/segments";
export {
  usageChurnChart,
  usageChurnTable,
  usageForecastTable,
  usageTotalsChart,
  windowsTable,
} from "./usage/views";
