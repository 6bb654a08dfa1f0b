/**
 * The library, by folder: what all share (core), tables (data), metrics and decisions (evaluate), tables into matrices
 * (features), learners, search, survival, value and uplift (models), SMOTE and its kin (resample), synthetic customers
 * (synthesis). Whole studies are in `telelink/studies`.
 */
export {
  column,
  type Feature,
  type Labelled,
  type Matrix,
  matrix,
  matrixFromRows,
  takeColumns,
  takeLabelled,
  takeRows,
} from "./core/matrix";
export type { Fit, Model, ModelJson, Progress, Resample, Watch } from "./core/model";
export { closeThreads } from "./core/pool";
export { type Rng, seeded } from "./core/rng";

export { distinctRows } from "./data/duplicates";
export { loadChurnBigml, loadTelco } from "./data/load-source";
export { pretrainedCards } from "./data/pretrained";
export { profile } from "./data/profile";
export { parseCsv, readCsv } from "./data/read-csv";
export { readCsvBatches } from "./data/read-csv-batches";
export { readParquet, readTable } from "./data/read-parquet";
export { readSchema, writeSchema } from "./data/schema-file";
export { simulate } from "./data/simulate/simulate";
export {
  groupKFold,
  kFold,
  repeated,
  type Split,
  stratifiedGroupKFold,
  stratifiedKFold,
  timeFolds,
  trainTestSplit,
  trainValidationTestSplit,
} from "./data/split";
export { columnNamed, dropColumns, type Table, table, takeTableRows } from "./data/table";
export { positiveLevel, target } from "./data/target";
export { csvText, writeCsv } from "./data/write-csv";
export { writeParquet } from "./data/write-parquet";

export { bootstrapDifferences, bootstrapIntervals } from "./evaluate/bootstrap";
export { aucInterval, correctedResampledT, deLong, mcNemar } from "./evaluate/compare";
export {
  accuracy,
  balancedAccuracy,
  confusion,
  f1,
  fBeta,
  matthewsCorrelation,
  precision,
  recall,
  specificity,
} from "./evaluate/confusion";
export { crossValidate } from "./evaluate/cross-validate";
export { gainTable, precisionRecallCurve, rocCurve } from "./evaluate/curves";
export { chooseContacts } from "./evaluate/decision/choose-contacts";
export { profitCurve } from "./evaluate/decision/profit-curve";
export { sensitivity } from "./evaluate/decision/sensitivity";
export { leakageSuspects } from "./evaluate/leakage";
export { expectedMaximumProfit, maximumProfit } from "./evaluate/maximum-profit";
export { partialDependence } from "./evaluate/partial-dependence";
export { permutationImportance } from "./evaluate/permutation-importance";
export { brierLoss, brierSkill, calibrationCurve, calibrationError, logLoss } from "./evaluate/probability";
export { averagePrecision, kolmogorovSmirnov, normalizedGini, rocAuc, spearman } from "./evaluate/ranking";
export {
  meanAbsoluteError,
  meanAbsolutePercentageError,
  pinballLoss,
  poissonDeviance,
  rootMeanSquaredError,
  rSquared,
  tweedieDeviance,
} from "./evaluate/regression";
export { scorerNamed } from "./evaluate/scorers";
export { integratedBrierLoss, survivalBrierLoss } from "./evaluate/survival/brier";
export { concordanceIndex } from "./evaluate/survival/concordance";
export { dynamicAuc } from "./evaluate/survival/dynamic-auc";
export { detectionAuc } from "./evaluate/synthetic/detection";
export { diagnosticScore } from "./evaluate/synthetic/diagnostic";
export { membershipAttack } from "./evaluate/synthetic/membership";
export { distancePrivacy } from "./evaluate/synthetic/privacy";
export { qualityScore } from "./evaluate/synthetic/quality";
export { syntheticReport } from "./evaluate/synthetic/report";
export { trainSyntheticTestReal } from "./evaluate/synthetic/utility";
export { chooseThreshold, costThreshold } from "./evaluate/threshold";
export { qiniCurve, upliftCurve } from "./evaluate/uplift/curves";
export { qiniScore, upliftScore } from "./evaluate/uplift/scores";

export { type Encode, encode } from "./features/encode";
export { type Encoder, encoderFromJSON } from "./features/encoder";

export { auto } from "./models/auto/auto";
export { memberGroups, membersOf, numberGroups } from "./models/auto/auto-members";
export { type AutoNumbersOptions, autoNumbers } from "./models/auto/auto-numbers";
export { gradientBoosting } from "./models/boosting/boosting";
export { calibrated, calibratedPipeline } from "./models/calibrate/calibrate";
export { betaDiscreteWeibull, betaDiscreteWeibullFromJSON } from "./models/clv/beta-discrete-weibull";
export { betaGeometricFromJSON, bgNbd, mbgNbd } from "./models/clv/beta-geometric";
export { customerValue } from "./models/clv/customer-value";
export { gammaGamma, gammaGammaFromJSON } from "./models/clv/gamma-gamma";
export { hurdle } from "./models/clv/hurdle";
export { paretoNbd, paretoNbdFromJSON } from "./models/clv/pareto-nbd";
export { shiftedBetaGeometric, shiftedBetaGeometricFromJSON } from "./models/clv/shifted-beta-geometric";
export { ziln } from "./models/clv/ziln";
export { discover, discovering } from "./models/discovery/discover";
export { contributionsOf } from "./models/explain/contributions";
export {
  type Reason,
  type RowReasons,
  reasons,
  type TableContributions,
  tableContributions,
} from "./models/explain/reasons";
export type { Contributions, ContributionUnit } from "./models/explain/rescale";
export { extraTrees, randomForest } from "./models/forest/forest";
export { elasticNet, lasso, linearRegression, ridge } from "./models/linear/linear";
export { logisticRegression } from "./models/linear/logistic";
export { squaredWeights } from "./models/linear/squared-weights";
export { loadModel, loadPipeline, modelBytes, parseModelBytes } from "./models/load";
export { network } from "./models/network/network";
export { referenceNetwork } from "./models/network/reference-network";
export { gru } from "./models/network/sequence/gru";
export { lstm } from "./models/network/sequence/lstm";
export type { SequenceOptions, TransformerOptions } from "./models/network/sequence/options";
export {
  type FitSequences,
  type SequenceNetwork,
  sequenceNetworkFromJSON,
} from "./models/network/sequence/sequence-network";
export {
  type LabelledSequences,
  type Sequences,
  sequences,
  takeSequences,
  targetColumns,
} from "./models/network/sequence/sequences";
export { transformer } from "./models/network/sequence/transformer";
export { type FitTable, type Pipeline, pipeline } from "./models/pipeline";
export { halvingSearch } from "./models/search/halving-search";
export { type RandomSearchOptions, randomSearch, searchSpace } from "./models/search/random-search";
export { search } from "./models/search/search";
export { gridCandidates, randomCandidates } from "./models/search/search-space";
export { tuned, tunedPipeline } from "./models/search/tuned";
export { acceleratedFailureTime } from "./models/survival/accelerated-failure-time";
export { cox } from "./models/survival/cox";
export { discreteHazard } from "./models/survival/discrete-hazard";
export { kaplanMeier } from "./models/survival/kaplan-meier";
export { logRank } from "./models/survival/log-rank";
export { nelsonAalen } from "./models/survival/nelson-aalen";
export { proportionalHazardsTest } from "./models/survival/schoenfeld";
export { rLearner } from "./models/uplift/r-learner";
export { tLearner } from "./models/uplift/t-learner";
export { transformedOutcome } from "./models/uplift/transformed-outcome";
export { xLearner } from "./models/uplift/x-learner";

export { adasyn } from "./resample/adasyn";
export { borderlineSmote } from "./resample/borderline-smote";
export { editedNeighbours, smoteEnn, smoteTomek, tomekLinks } from "./resample/cleaning";
export { kmeansSmote } from "./resample/kmeans-smote";
export { randomOverSampling, randomUnderSampling } from "./resample/random-sampling";
export { smote } from "./resample/smote";
export { smoteN } from "./resample/smote-n";
export { smoteNc } from "./resample/smote-nc";
export { svmSmote } from "./resample/svm-smote";
export { applyRecipe, prepare, recipeFromJSON, recipeToJSON } from "./services/prepare/recipe";
export { decide, standardRules } from "./services/score/decide";
export {
  loadSynthesiser,
  methodNames,
  netMethods,
  plainMethods,
  privateMethods,
  synthesis,
} from "./synthesis/methods";
export { type CtganOptions, ctgan } from "./synthesis/nets/ctgan";
export { type GanOptions, gan } from "./synthesis/nets/gan";
export { type TvaeOptions, tvae } from "./synthesis/nets/tvae";
export { type VaeOptions, vae } from "./synthesis/nets/vae";
export { type VanillaOptions, vanilla } from "./synthesis/nets/vanilla";
export { loadPretrained } from "./synthesis/pretrained";
export { type Privacy, rhoOf } from "./synthesis/private/budget";
export { privacySentence, spendingRows } from "./synthesis/private/describe";
export { type Domain, domainFromJson } from "./synthesis/private/domain";
export type { Mst } from "./synthesis/private/model";
export { type MstOptions, mst } from "./synthesis/private/mst";
export { savedSynthesiserFromJSON, savedSynthesiserToJSON } from "./synthesis/saved-synthesiser";
export { discoverStructure } from "./synthesis/structure/discover";
