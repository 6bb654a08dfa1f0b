export type { PolicyValue } from "../evaluate/uplift/policy-value";
export type { UpliftBin } from "../evaluate/uplift/scores";
export type { ValueBin } from "../evaluate/value/deciles";
export type { PurchaseModelKind } from "../models/clv/purchase-models";
export type { Colour } from "../report/charts/theme";
export {
  type DataSource,
  type Figure,
  type Figures,
  figuresOutput,
  type Provenance,
  provenanceOutput,
} from "../report/figures";
export { type ChurnData, type Customers, churnData } from "../services/churn-data";
export type { HoldoutCheck, PastError } from "../services/value/purchases/holdout";
export type { Band } from "./band";
export { churnConclusion } from "./churn/conclusion";
export { columnsTable, driversChart } from "./churn/data-views";
export { churnFigures } from "./churn/figures";
export { gainChart, liftTable } from "./churn/gain-views";
export { type HonestFigure, type HonestModel, type HonestOptions, honestProtocol } from "./churn/honest";
export {
  calibrationChart,
  honestConclusion,
  honestTable,
  precisionRecallChart,
  rocChart,
  thresholdChart,
} from "./churn/honest-views";
export type { PublishedRow } from "./churn/published";
export {
  type ReferenceModel,
  type ReferenceOptions,
  type ReferenceRun,
  referenceProtocol,
  type Verdict,
} from "./churn/reference";
export { referenceChart, referenceTable } from "./churn/reference-views";
export { type AtRiskData, type AtRiskStudy, atRiskData, atRiskStudy, type CallingOrder } from "./clv/at-risk";
export { clvConclusion, clvFigures, type RealValue } from "./clv/figures";
export type { Landmark } from "./clv/landmarks";
export {
  type ContractCurves,
  contractCurves,
  type LifetimeData,
  type LifetimeDrivers,
  type LifetimeModel,
  type LifetimeOptions,
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
export type { PublishedValueRow } from "./clv/published";
export {
  aliveChart,
  type PublishedCheck,
  publishedChecks,
  publishedChecksTable,
  renewalChart,
} from "./clv/purchase-check";
export { atRiskParts, purchaseParts } from "./clv/purchase-views";
export {
  type PurchaseData,
  type PurchaseStudy,
  purchaseData,
  purchaseStudy,
  type RevenueWay,
} from "./clv/purchases";
export {
  type ReferenceValueModel,
  type ReferenceValueOptions,
  referenceValueProtocol,
  type ValueFigure,
} from "./clv/reference";
export { referenceValueChart, referenceValueTable, simulatedNote } from "./clv/reference-views";
export {
  type ValueData,
  type ValueDataOptions,
  type ValueModel,
  type ValueStudy,
  type ValueStudyOptions,
  valueData,
  valueStudy,
  type WorthFigure,
} from "./clv/value";
export { concentrationChart, decileChart, segmentTable, valueTable } from "./clv/value-views";
export { imbalanceConclusion, imbalanceFigures } from "./imbalance/conclusion";
export type { FoldFigures } from "./imbalance/fold-figures";
export {
  type ImbalanceOptions,
  imbalanceData,
  imbalanceStudy,
  type Market,
  type MarketStudy,
  type Trial,
} from "./imbalance/run";
export {
  campaignNote,
  marketsTable,
  movedThresholdChart,
  probabilitiesTable,
  profitChart as remedyProfitChart,
  promiseChart,
  remediesTable,
} from "./imbalance/views";
export type { Missing } from "./missing";
export { netsBackend, provenanceOf } from "./provenance";
export { type NetOnBackends, referenceNets, referenceNetsTable } from "./reference-nets";
export {
  type CampaignHalf,
  type CampaignTruth,
  type RetentionData,
  type RetentionDataOptions,
  retentionData,
} from "./retention/campaign";
export { retentionExplorer } from "./retention/explorer";
export { retentionConclusion, retentionFigures } from "./retention/figures";
export {
  type Arm,
  type MailingData,
  type MailingLearner,
  type MailingOptions,
  type MailingPeers,
  type MailingPolicy,
  type MailingStudy,
  mailingData,
  mailingStudy,
} from "./retention/mailing";
export { mailingParts } from "./retention/mailing-views";
export {
  type EffectModel,
  type RetentionStudy,
  type RetentionStudyOptions,
  type RuleResult,
  retentionStudy,
} from "./retention/study";
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
export type { Contender, Made } from "./synthesis/contenders";
export {
  type Judgement,
  type Measure,
  type SynthesisData,
  type SynthesisOptions,
  type SynthesisStudy,
  synthesisData,
  synthesisStudy,
} from "./synthesis/study";
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
export type { Judged } from "./synthesis/task";
export {
  type ComparedTable,
  type Rerun,
  rerunTable,
  type TableComparison,
  tableComparison,
} from "./tables/compare-tables";
export type { TableFigure } from "./tables/judge-table";
export {
  tableRanksChart,
  tableRanksTable,
  tablesConclusion,
  tablesFigures,
  tablesTable,
} from "./tables/views";
export {
  type ChurnMeasure,
  type UsageChurn,
  type UsageLeaver,
  type UsageNet,
  type UsageOptions,
  usageChurn,
} from "./usage/churn";
export { usageConclusion, usageFigures } from "./usage/conclusion";
export { type UsageData, type UsageDataOptions, usageData } from "./usage/data";
export {
  type Quantity,
  type QuantityForecast,
  type UsageForecast,
  type UsageForecasts,
  usageForecasts,
} from "./usage/forecasts";
export type { MonthReader } from "./usage/read-months";
export { usageSegmentChart, usageSegmentTable } from "./usage/segment-views";
export { type UsageSegment, type UsageSegmentsOptions, usageSegments } from "./usage/segments";
export {
  usageChurnChart,
  usageChurnTable,
  usageForecastTable,
  usageTotalsChart,
  windowsTable,
} from "./usage/views";
export type { UsageWindow } from "./usage/windows";
