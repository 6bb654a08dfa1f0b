/**
 * The library, by folder: what all share (core), tables (data), metrics and decisions (evaluate), tables into matrices
 * (features), learners, search, survival, value and uplift (models), SMOTE and its kin (resample), synthetic customers
 * (synthesis). Whole studies are in `telelink/studies`.
 */

export type { Coefficient } from "./core/math/inference";
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
export type { Metric, ScoreOptions, Scorer } from "./core/metric";
export type { Fit, Model, ModelJson, Progress, Resample, Watch } from "./core/model";
export { closeThreads } from "./core/pool";
export { type Rng, type RngKey, seeded } from "./core/rng";
export type { CsvOptions, RejectedRow } from "./data/csv/options";
export type { Dialect } from "./data/dialect/dialect";
export { type DistinctRows, distinctRows } from "./data/duplicates";
export type { RowSource } from "./data/even-rows";
export type { DateFormat } from "./data/formats/date-format";
export type { DurationFormat } from "./data/formats/duration-format";
export type { Format, ValueFormat } from "./data/formats/format";
export type { Language } from "./data/formats/month-names";
export type { NumberFormat } from "./data/formats/number-format";
export type { SinglePrecision } from "./data/formats/single-precision";
export type { Spellings } from "./data/infer/fold";
export { fromPolars, type PolarsFrame, tableFromRows, toPolars } from "./data/polars";
export type { Problem } from "./data/problems";
export { type ColumnProfile, profile } from "./data/profile";
export type { Beyond } from "./data/read/drawn-table";
export { type CsvRead, parseCsv, type ReadReport, type Remark, readCsv } from "./data/read/read-csv";
export { type BatchOptions, type CsvBatches, readCsvBatches } from "./data/read/read-csv-batches";
export { readTable, readTableBatches } from "./data/read/read-table";
export { type DrawOptions, type SampledTable, sampleTable } from "./data/read/sample-table";
export type { ColumnSchema, ColumnType, Schema, TargetSchema } from "./data/schema";
export { readSchema, writeSchema } from "./data/schema-file";
export type { Measure, Panels } from "./data/simulate/history";
export type { Profile } from "./data/simulate/profile";
export {
  type Campaign as SimulatedCampaign,
  type Columns,
  type SimulateOptions,
  type Simulation,
  simulate,
  type Truth,
} from "./data/simulate/simulate";
export type { Month } from "./data/simulate/usage";
export { type LoadOptions, loadChurnBigml, loadTelco } from "./data/sources/load-source";
export { type PretrainedCard, pretrainedCards } from "./data/sources/pretrained";
export type { Loaded, SourceInfo } from "./data/sources/sources";
export {
  groupKFold,
  kFold,
  type Labels,
  repeated,
  type Size,
  type Split,
  type SplitOptions,
  stratifiedGroupKFold,
  stratifiedKFold,
  type ThreeWaySplit,
  type TimeSplitOptions,
  timeFolds,
  trainTestSplit,
  trainValidationTestSplit,
} from "./data/split";
export {
  type CategoricalColumn,
  type Column,
  columnNamed,
  dropColumns,
  type NumericColumn,
  type Table,
  type TextColumn,
  table,
  takeTableRows,
  type Written,
} from "./data/table";
export { positiveLevel, target } from "./data/target";
export { csvText, type WriteOptions, writeCsv } from "./data/write/write-csv";
export { writeParquet } from "./data/write/write-parquet";
export {
  type BootstrapOptions,
  bootstrapDifferences,
  bootstrapIntervals,
  type Figure,
  type Interval,
  type IntervalOptions,
} from "./evaluate/bootstrap";
export {
  type AucInterval,
  aucInterval,
  type Comparison,
  correctedResampledT,
  deLong,
} from "./evaluate/compare";
export {
  accuracy,
  balancedAccuracy,
  type Confusion,
  confusion,
  type DecisionOptions,
  f1,
  fBeta,
  matthewsCorrelation,
  precision,
  recall,
  specificity,
} from "./evaluate/confusion";
export type { CountedFigures } from "./evaluate/counted-figures";
export { type CrossValidation, type CrossValidationPlan, crossValidate } from "./evaluate/cross-validate";
export {
  type GainBand,
  type GainOptions,
  gainTable,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from "./evaluate/curves";
export { type Contacts, chooseContacts, type Limits } from "./evaluate/decision/choose-contacts";
export type { ContactValue, Offer } from "./evaluate/decision/offer";
export { type ProfitCurve, profitCurve } from "./evaluate/decision/profit-curve";
export {
  type Belief,
  type Consequence,
  type SensitivityOptions,
  sensitivity,
} from "./evaluate/decision/sensitivity";
export { type LeakageOptions, type LeakageSuspect, leakageSuspects } from "./evaluate/leakage";
export {
  type CampaignOptions,
  expectedMaximumProfit,
  type MaximumProfit,
  maximumProfit,
} from "./evaluate/maximum-profit";
export { classesScorers, confusionMatrix } from "./evaluate/multiclass";
export { type Dependence, type DependenceOptions, partialDependence } from "./evaluate/partial-dependence";
export {
  type Importance,
  type ImportanceOptions,
  type Predictor,
  permutationImportance,
} from "./evaluate/permutation-importance";
export {
  brierLoss,
  brierSkill,
  type CalibrationBin,
  type CalibrationOptions,
  calibrationCurve,
  calibrationError,
  logLoss,
} from "./evaluate/probability";
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
export { type ConcordanceOptions, concordanceIndex } from "./evaluate/survival/concordance";
export { type DynamicAuc, dynamicAuc } from "./evaluate/survival/dynamic-auc";
export type { Accuracy, BinnedAccuracy, Margins } from "./evaluate/synthetic/accuracy";
export { type DetectionOptions, type Detector, detectionAuc } from "./evaluate/synthetic/detection";
export type { NotDetermined } from "./evaluate/synthetic/determined/looked-at";
export { type Diagnostic, diagnosticScore, type Validity } from "./evaluate/synthetic/diagnostic";
export type { LearntRows } from "./evaluate/synthetic/learnt-rows";
export type { Loss as SyntheticLoss } from "./evaluate/synthetic/losses";
export type { Canaries } from "./evaluate/synthetic/privacy/canaries";
export type { Differencing } from "./evaluate/synthetic/privacy/differencing";
export type { AttributeDisclosure } from "./evaluate/synthetic/privacy/disclosure";
export { type MembershipAttack, membershipAttack } from "./evaluate/synthetic/privacy/membership";
export type { AttackResult } from "./evaluate/synthetic/privacy/membership-attacks";
export type { Planted } from "./evaluate/synthetic/privacy/planted";
export {
  type DistanceOptions,
  type DistancePrivacy,
  distancePrivacy,
} from "./evaluate/synthetic/privacy/privacy";
export {
  type ColumnShape,
  type PairTrend,
  type Quality,
  type QualityOptions,
  qualityScore,
} from "./evaluate/synthetic/quality";
export { type ReportPlan, type SyntheticReport, syntheticReport } from "./evaluate/synthetic/report";
export type { NewPairs } from "./evaluate/synthetic/rules";
export type { ReversedEffect, ShiftedGroups } from "./evaluate/synthetic/shifted/shifted-groups";
export type { ShiftedPair } from "./evaluate/synthetic/shifted/shifted-pairs";
export type { Subgroup, Subgroups } from "./evaluate/synthetic/subgroups";
export type { Support } from "./evaluate/synthetic/support";
export type { TextForm } from "./evaluate/synthetic/texts";
export { trainSyntheticTestReal, type Utility, type UtilityPlan } from "./evaluate/synthetic/utility";
export type { RowCounts, WholeTables } from "./evaluate/synthetic/whole";
export {
  type ChosenThreshold,
  type Costs,
  chooseThreshold,
  costThreshold,
  type ThresholdRule,
} from "./evaluate/threshold";
export { type CampaignOutcomes, qiniCurve, type UpliftCurve, upliftCurve } from "./evaluate/uplift/curves";
export { qiniScore, upliftScore } from "./evaluate/uplift/scores";
export type { Known } from "./features/cross-fit";
export { type Encode, type EncodeOptions, encode, everyColumn, type FittedEncoder } from "./features/encode";
export { type Encoder, encoderFromJSON } from "./features/encoder";
export type {
  CodesPart,
  DateField,
  DateNumber,
  DatePart,
  EncoderJson,
  LevelMeans,
  NumberPart,
  OneHotPart,
  Part,
  Scaling,
  TargetMeanPart,
  TermWeights,
  TextPart,
} from "./features/parts";
export {
  type AutoMemberReport,
  type AutoOptions,
  type AutoPipeline,
  type AutoReport,
  auto,
} from "./models/auto/auto";
export {
  type AutoMember,
  memberGroups,
  membersOf,
  type NumberMember,
  numberGroups,
} from "./models/auto/auto-members";
export { type AutoNumbersOptions, type AutoNumbersPipeline, autoNumbers } from "./models/auto/auto-numbers";
export { gradientBoosting } from "./models/boosting/boosting";
export type { LossName } from "./models/boosting/boosting-losses";
export type { BoostedTrees } from "./models/boosting/boosting-model";
export type { GradientBoostingOptions } from "./models/boosting/boosting-options";
export {
  type CalibratedModel,
  type CalibrateOptions,
  calibrated,
  calibratedPipeline,
} from "./models/calibrate/calibrate";
export type { CalibrationMethod, Calibrator, CalibratorJson } from "./models/calibrate/calibrator";
export type { Explain, LearnerCard, ModelCard, TargetKind, WriteOnnx, WriteSql } from "./models/card";
export type { ClassWeights } from "./models/class-weights";
export { betaDiscreteWeibull, betaDiscreteWeibullFromJSON } from "./models/clv/beta-discrete-weibull";
export {
  type BetaGeometricModel,
  betaGeometricFromJSON,
  bgNbd,
  mbgNbd,
  type PurchaseModelOptions,
} from "./models/clv/beta-geometric";
export type { Cohort, RenewalModel } from "./models/clv/cohort";
export { type CustomerValueOptions, customerValue } from "./models/clv/customer-value";
export { type GammaGamma, gammaGamma, gammaGammaFromJSON } from "./models/clv/gamma-gamma";
export { type HurdleModel, type HurdleOptions, hurdle } from "./models/clv/hurdle";
export { paretoNbd, paretoNbdFromJSON } from "./models/clv/pareto-nbd";
export type { PositiveFit, PositiveParameter } from "./models/clv/positive-fit";
export type { PurchaseHistory } from "./models/clv/purchase-history";
export type { CustomerGroup, DiscountOptions, PurchaseModel } from "./models/clv/purchase-model";
export { bgCnbd, mbgCnbd, type RegularPurchaseOptions } from "./models/clv/regular-purchases";
export {
  lifetimesOfCohorts,
  type RenewalDuration,
  type RenewalRegression,
  type RenewalRegressionOptions,
  renewalRegression,
} from "./models/clv/renewal-regression";
export { shiftedBetaGeometric, shiftedBetaGeometricFromJSON } from "./models/clv/shifted-beta-geometric";
export {
  type Part as ZilnPart,
  type Parts as ZilnParts,
  type ZilnModel,
  type ZilnOptions,
  ziln,
} from "./models/clv/ziln";
export { type DiscoverOptions, discover, discovering } from "./models/discovery/discover";
export type { Worth } from "./models/discovery/discover-confirm";
export type { Formula } from "./models/discovery/discover-formula";
export type { DerivedModel, DiscoveredFeature, Discovery, DiscoveryJson } from "./models/discovery/discovery";
export { contributionsOf } from "./models/explain/contributions";
export {
  type Reason,
  type RowReasons,
  reasons,
  type TableContributions,
  tableContributions,
} from "./models/explain/reasons";
export type { Contributions, ContributionUnit } from "./models/explain/rescale";
export type { OnnxColumn, OnnxInputs } from "./models/export/onnx/columns";
export type { Attribute, ElementType, OnnxGraph, Tensor } from "./models/export/onnx/graph";
export type { Define } from "./models/export/sql/text";
export { extraTrees, randomForest } from "./models/forest/forest";
export type { Forest } from "./models/forest/forest-model";
export type { ForestOptions } from "./models/forest/forest-options";
export type { Cards, LearnerKind, LearnerModels, LearnerOptions, LearnerSpec } from "./models/learner";
export {
  type ElasticNetOptions,
  elasticNet,
  type LassoOptions,
  lasso,
  linearRegression,
  type RidgeOptions,
  ridge,
} from "./models/linear/linear";
export type { LinearKind, LinearRegression } from "./models/linear/linear-model";
export type { LinearPredictor } from "./models/linear/linear-predictor";
export { type LogisticOptions, logisticRegression } from "./models/linear/logistic";
export type { LogisticRegression } from "./models/linear/logistic-model";
export { squaredWeights } from "./models/linear/squared-weights";
export { loadPipeline, modelBytes, parseModelBytes } from "./models/load";
export type {
  ClassCalibration,
  ClassCalibrationJson,
  ClassCalibrationMethod,
} from "./models/multiclass/class-calibration";
export {
  type ClassesOptions,
  type ClassesPipeline,
  classesLearner,
} from "./models/multiclass/classes-learner";
export type { ClassLearner } from "./models/multiclass/fit-classes";
export { type ClassScores, isMulticlass, type Multiclass } from "./models/multiclass/multiclass";
export type { MultinomialOptions } from "./models/multiclass/multinomial";
export type { Link } from "./models/multiclass/probabilities";
export { type Network, network } from "./models/network/network";
export type { NetworkShape } from "./models/network/network-graph";
export type { FlagInput, NetworkInputs, NumberInput } from "./models/network/network-inputs";
export type { NetworkState } from "./models/network/network-json";
export type { NetworkOptions } from "./models/network/network-options";
export type { NetworkLoss, NetworkSchedule } from "./models/network/network-train";
export { type ReferenceNetworkOptions, referenceNetwork } from "./models/network/reference-network";
export type { SequenceState, TargetScale } from "./models/network/sequence/fit-sequence";
export { gru } from "./models/network/sequence/gru";
export { lstm } from "./models/network/sequence/lstm";
export type { SequenceOptions, TransformerOptions } from "./models/network/sequence/options";
export type { SequenceShape } from "./models/network/sequence/sequence-graph";
export {
  type FitSequences,
  type SequenceNetwork,
  sequenceNetworkFromJSON,
} from "./models/network/sequence/sequence-network";
export {
  type LabelledSequences,
  type SequenceInputs,
  type Sequences,
  sequences,
  takeSequences,
  targetColumns,
} from "./models/network/sequence/sequences";
export { transformer } from "./models/network/sequence/transformer";
export type { Option, OptionSchema, OptionsOf } from "./models/options";
export type { FoldResult, LabelledTable, TablePredictor, Trial } from "./models/out-of-fold";
export {
  type FitTable,
  type Pipeline,
  type PipelineJson,
  type PipelineOptions,
  pipeline,
} from "./models/pipeline";
export type { learnerCards } from "./models/registry";
export type { Distribution } from "./models/search/distribution";
export type { FoldScores } from "./models/search/fold-scores";
export { type RandomSearchOptions, randomSearch, searchSpace } from "./models/search/random-search";
export {
  type MatrixSearchOptions,
  type Search,
  type SearchOptions,
  type SearchResult,
  search,
  type TableSearchOptions,
} from "./models/search/search";
export type { SearchLine } from "./models/search/search-run";
export { gridCandidates, randomCandidates, type SearchSpace } from "./models/search/search-space";
export {
  type MakeFolds,
  type TunedOptions,
  type TunedPipelineOptions,
  type Tuning,
  tuned,
  tunedPipeline,
} from "./models/search/tuned";
export type {
  Part as SplinePart,
  SplineLogistic,
  SplineLogisticJson,
  SplineLogisticOptions,
} from "./models/spline/spline";
export {
  aalenJohansen,
  type CompetingRisks,
  type CumulativeIncidence,
} from "./models/survival/aalen-johansen";
export {
  type AcceleratedFailureTimeModel,
  type AcceleratedFailureTimeOptions,
  acceleratedFailureTime,
  type Parts as AcceleratedFailureTimeParts,
} from "./models/survival/accelerated-failure-time";
export type {
  Censored,
  FitSurvival,
  RiskTable,
  SurvivalData,
  SurvivalModel,
} from "./models/survival/censored";
export { type CoxOptions, cox } from "./models/survival/cox";
export type { CoxBaseline, CoxModel, CoxParts } from "./models/survival/cox-model";
export {
  type Clock,
  type DiscreteHazardModel,
  type DiscreteHazardOptions,
  discreteHazard,
  type Parts as DiscreteHazardParts,
} from "./models/survival/discrete-hazard";
export {
  type CompetingRisksData,
  type FineGrayModel,
  type FineGrayOptions,
  fineGray,
} from "./models/survival/fine-gray";
export { type KaplanMeierOptions, kaplanMeier, type SurvivalCurve } from "./models/survival/kaplan-meier";
export { type LogRank, type LogRankOptions, logRank } from "./models/survival/log-rank";
export { type HazardCurve, type NelsonAalenOptions, nelsonAalen } from "./models/survival/nelson-aalen";
export {
  type ProportionalHazardsTest,
  type ProportionalHazardsTestOptions,
  proportionalHazardsTest,
} from "./models/survival/schoenfeld";
export { type StartStop, startStopRows } from "./models/survival/start-stop";
export { type SurvivalForestOptions, survivalForest } from "./models/survival/survival-forest";
export type { SurvivalForest, SurvivalForestParts } from "./models/survival/survival-forest-model";
export type { LeafHazards } from "./models/survival/survival-forest-task";
export type { Trees } from "./models/trees/trees";
export type { Campaign, FitUplift, UpliftModel } from "./models/uplift/campaign";
export type { EffectModel } from "./models/uplift/effect-model";
export { type RLearnerOptions, rLearner } from "./models/uplift/r-learner";
export { type TLearnerModel, type TLearnerOptions, tLearner } from "./models/uplift/t-learner";
export { type TransformedOutcomeOptions, transformedOutcome } from "./models/uplift/transformed-outcome";
export { type XLearnerModel, type XLearnerOptions, xLearner } from "./models/uplift/x-learner";
export type { BackendName } from "./neural/backend";
export type { Pointwise } from "./neural/engine";
export type { History } from "./neural/train";
export type { Weight, Weights } from "./neural/weights";
export { show, showProgress } from "./notebook/show/show";
export { adasyn } from "./resample/adasyn";
export { type BorderlineSmoteOptions, borderlineSmote } from "./resample/borderline-smote";
export {
  type CleaningOptions,
  type EditedNeighboursOptions,
  editedNeighbours,
  smoteEnn,
  smoteTomek,
  tomekLinks,
} from "./resample/cleaning";
export type { Oversample, Oversampled, Parents, Steps } from "./resample/interpolate";
export { type KMeansSmoteOptions, kmeansSmote } from "./resample/kmeans-smote";
export {
  condensedNeighbours,
  type NearMissOptions,
  type NeighbourhoodCleaningOptions,
  nearMiss,
  neighbourhoodCleaning,
  oneSidedSelection,
} from "./resample/prototypes";
export { randomOverSampling, randomUnderSampling } from "./resample/random-sampling";
export { type SmoteOptions, smote } from "./resample/smote";
export { smoteN } from "./resample/smote-n";
export { smoteNc } from "./resample/smote-nc";
export { type SvmSmoteOptions, svmSmote } from "./resample/svm-smote";
export type { TargetOptions } from "./resample/target";
export { type LoadedModel, loadModel } from "./services/predict/load-model";
export type { SavedTarget } from "./services/predict/saved-model";
export type { DivideOptions } from "./services/prepare/division";
export {
  applyRecipe,
  type Prepared,
  type PrepareOptions,
  prepare,
  type Recipe,
  type RecipeOrigin,
  recipeFromJSON,
  recipeToJSON,
} from "./services/prepare/recipe";
export {
  type Decision,
  type DecisionRule,
  type DecisionRules,
  decide,
  type Risk,
  standardRules,
} from "./services/score/decide";
export type {
  Condition,
  Range as ConditionRange,
  Value as ConditionValue,
  Where,
} from "./synthesis/conditions";
export type { CopulaOptions } from "./synthesis/copula/copula";
export type { Learning, Repeated, Unlearnt } from "./synthesis/learning";
export {
  type Method,
  methodNames,
  netMethods,
  privateMethods,
} from "./synthesis/method-names";
export { loadSynthesiser, type MethodOptions, synthesis } from "./synthesis/methods";
export type { NetSynthesiser } from "./synthesis/nets/block-model";
export { type Ctgan, type CtganOptions, ctgan } from "./synthesis/nets/gan/ctgan";
export { type Gan, type GanOptions, gan } from "./synthesis/nets/gan/gan";
export type { NetOptions, NetTraining } from "./synthesis/nets/net-options";
export { type Tvae, type TvaeOptions, tvae } from "./synthesis/nets/vae/tvae";
export { type Vae, type VaeOptions, vae } from "./synthesis/nets/vae/vae";
export { type Vanilla, type VanillaOptions, vanilla } from "./synthesis/nets/vae/vanilla";
export { loadPretrained, type Pretrained } from "./synthesis/pretrained";
export { type AimOptions, aim } from "./synthesis/private/aim/aim";

export { type Privacy, rhoOf, type Spending } from "./synthesis/private/budget";
export { privacySentence, spendingRows } from "./synthesis/private/describe";
export { type ColumnDomain, type Domain, domainFromJson } from "./synthesis/private/domain/domain";
export type { Aim, Mst, PrivateSynthesiser } from "./synthesis/private/model";
export { type MstOptions, mst } from "./synthesis/private/mst";
export type { FitPrivately, PrivateOptions, PrivateRows } from "./synthesis/private/private-fit";
export type { SampledRowsOptions } from "./synthesis/sampled-rows";
export {
  type SavedSynthesiser,
  type SynthesiserOrigin,
  savedSynthesiserFromJSON,
  savedSynthesiserToJSON,
} from "./synthesis/saved-synthesiser";
export type { RuleRows } from "./synthesis/sequential/known/rules-kept";
export type { Chosen, SequentialOptions } from "./synthesis/sequential/sequential";
export type { Curve as FormulaCurve } from "./synthesis/structure/curves";
export type { DateUnit } from "./synthesis/structure/date-parts";
export type { WrittenDates } from "./synthesis/structure/dates";
export {
  type DiscoverOptions as StructureOptions,
  discoverStructure,
} from "./synthesis/structure/discover/discover";
export type {
  Formula as StructureFormula,
  FormulaEach,
  RatesBy,
  Rounding,
  Term as FormulaTerm,
} from "./synthesis/structure/formulas";
export type { Grid } from "./synthesis/structure/grids";
export type { CheckDigits } from "./synthesis/structure/keys/check-digits";
export type { FreeKeys } from "./synthesis/structure/keys/free-of";
export type { KeyForm, KeyPlan } from "./synthesis/structure/keys/key-plan";
export type { KeyTie } from "./synthesis/structure/keys/key-ties";
export type { NamePart } from "./synthesis/structure/keys/name-parts";
export type {
  BandsPlan,
  ColumnPlan,
  Combination,
  ConstantPlan,
  DateDays,
  DateHours,
  DatePlaces,
  DatePlan,
  Exclusion,
  Gap,
  Hole,
  KeyColumnPlan,
  Later,
  LevelsPlan,
  Limit,
  LookupPlan,
  NumberPlan,
  OpenPair,
  Order,
  PartPlan,
  Range as ValueRange,
  Structure,
} from "./synthesis/structure/structure";
export type { Support as ValueSupport } from "./synthesis/structure/support";
export type { Run as TextRun, TextGrammar, Weighted } from "./synthesis/structure/texts";
export type { FitSynthesiser, SampleOptions, Synthesiser } from "./synthesis/synthesiser";
export type { TreesOptions } from "./synthesis/trees/trees";
