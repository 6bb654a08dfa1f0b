import { check } from "../../core/checks";
import { listed } from "../../core/format";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { oneRowEach, repeatedCustomers, withCustomerIds } from "../../data/customers";
import { customerOf } from "../../data/duplicates";
import { columnNamed, isCategorical, type Table, takeTableRows } from "../../data/table";
import { levelsSeen, positiveLevel } from "../../data/target";
import type { Synthesiser } from "../../synthesis/synthesiser";
import type { AucInterval } from "../compare";
import { type BinnedAccuracy, binnedAccuracy, type Margins, marginAccuracy } from "./accuracy";
import { type Detector, detectionAuc, otherDetectors } from "./detection";
import { type NotDetermined, notDetermined } from "./determined/determined";
import { type Diagnostic, diagnosticScore } from "./diagnostic";
import { type LearntRows, learntRows } from "./learnt-rows";
import { type Loss, lossesOf } from "./losses";
import { type Canaries, canaryTest, fileCanaries } from "./privacy/canaries";
import { type Differencing, differencingAttack } from "./privacy/differencing";
import { type AttributeDisclosure, attributeDisclosure } from "./privacy/disclosure";
import { type MembershipAttack, membershipAttack } from "./privacy/membership";
import { type AttackResult, membershipAttacks } from "./privacy/membership-attacks";
import { type Planted, plantedCanaries } from "./privacy/planted";
import { type DistancePrivacy, distancePrivacy } from "./privacy/privacy";
import { type Quality, qualityScore } from "./quality";
import { type NewPairs, newPairs } from "./rules";
import { type ShiftedGroups, shiftedGroups } from "./shifted/shifted-groups";
import { type ShiftedPair, shiftedPairs } from "./shifted/shifted-pairs";
import { type Subgroups, subgroupTable } from "./subgroups";
import { type Support, supportScores } from "./support";
import { type TextForm, textForms } from "./texts";
import { givingAway, trainSyntheticTestReal, type Utility, whyNoUtility } from "./utility";
import { drawnSentences, type RowCounts, type WholeTables } from "./whole";

export interface ReportPlan {
  /** The rows that the synthesiser learnt from. */
  readonly real: Table;
  readonly synthetic: Table;
  /** Real rows that it never saw: without them neither privacy nor utility can be judged. */
  readonly holdout?: Table;
  /** A column that models are trained to predict: of two values, several classes, or numbers. */
  readonly target?: string;
  /** The target's value that counts as 1; not needed where it is plain. Of three values or more, the one against the others. */
  readonly positive?: string;
  /**
   * The column that names customers of whom some have several rows; `false`: each row is a customer. Held-out rows of customers
   * that were learnt from are left out. Left out, it is found by its name and values (`repeatedCustomers`).
   */
  readonly customer?: string | false;
  /** Where the tables are rows drawn from longer ones: what all of their rows tell. */
  readonly whole?: WholeTables;
  /** How the synthesiser learns, to be asked once more with canaries among its rows. */
  readonly refit?: {
    readonly method: string;
    readonly fit: (table: Table, rng: Rng) => Promise<Synthesiser>;
    /** The model's file as it is, which is searched for values of single people. */
    readonly file?: unknown;
  };
}

/** Everything that is known about synthetic rows. Parts that need held-out rows or a target are absent without. */
export interface SyntheticReport {
  readonly rows: RowCounts;
  /** The rows that these were drawn from; absent where all are judged. */
  readonly drawnFrom?: RowCounts;
  /** Held-out or synthetic rows that were learnt from, beyond chance; by held-out ones of which that is so nothing is judged. */
  readonly learntRows?: readonly LearntRows[];
  /** What was not judged, and why: a sentence each. */
  readonly notJudged: readonly string[];
  /** What the real rows hold and the synthetic ones do not. */
  readonly losses: readonly Loss[];
  /** Columns that belong together, of which synthetic rows have pairs that no real row has. */
  readonly newPairs?: readonly NewPairs[];
  /** What follows from other columns in real rows, and not in synthetic ones. */
  readonly notDetermined?: readonly NotDetermined[];
  /** Means and shares that come out as others among groups of one column or of two crossed. */
  readonly shiftedGroups?: readonly ShiftedGroups[];
  /** Pairs of numbers whose rank correlation comes out as another. */
  readonly shiftedPairs?: readonly ShiftedPair[];
  /** Identifiers and free text, of which only the form is judged; no other measure looks at them. */
  readonly texts: readonly TextForm[];
  readonly quality: Quality;
  /** The same with both thresholds 0: all pairs count. */
  readonly qualityAllPairs: Quality;
  readonly diagnostic: Diagnostic;
  readonly accuracy: BinnedAccuracy;
  readonly support: Support;
  /** Against the rows learnt from. */
  readonly detection?: AucInterval;
  readonly detectionHoldout?: AucInterval;
  /** By boosting and by other learners, against held-out rows if there are any, else against the rows learnt from. */
  readonly detectors?: readonly Detector[];
  /** One, two and three columns at a time, against the same rows. */
  readonly margins?: readonly Margins[];
  /** How like the real rows held-out ones are by the same measures: what a fresh real sample reaches. */
  readonly fresh?: { readonly quality: Quality; readonly detection?: AucInterval };
  readonly privacy?: DistancePrivacy;
  readonly membership?: MembershipAttack;
  readonly disclosure?: readonly AttributeDisclosure[];
  /** Who was learnt from, by attack; absent with fewer than 20 held-out rows. */
  readonly attacks?: readonly AttackResult[];
  readonly differencing?: Differencing;
  readonly canaries?: Canaries;
  /** The same of the model's file; absent without one, and where the rows judged were drawn from more. */
  readonly inFile?: Canaries;
  /** Absent without a model to fit again. */
  readonly planted?: Planted;
  /** Small groups against held-out rows. */
  readonly subgroups?: Subgroups;
  readonly utility?: readonly Utility[];
}

/**
 * Judges synthetic rows by every measure that the plan allows.
 *
 * @example
 * const { table: real } = parseCsv(`plan,months\n${"basic,3\nplus,24\nplus,9\n".repeat(40)}`);
 * const { quality, rows } = await syntheticReport({ real, synthetic: real }, seeded(1));
 * [quality.score, rows.synthetic]; // → [1, 120]
 */
export async function syntheticReport(
  plan: ReportPlan,
  rng: Rng,
  watch: Watch = {},
): Promise<SyntheticReport> {
  const { customer, known, learnt, ...tables } = heldApart(plan);
  const { real, synthetic, holdout } = tables;
  const { target, refit, whole } = plan;
  const parts = 9 + (refit ? 1 : 0) + (holdout ? 9 : 0) + (holdout && target ? 1 : 0);
  const next = stepsOf(parts, watch);
  const stop = watch.signal ? { signal: watch.signal } : {};
  const enough = (table: Table): boolean => Math.min(table.rows, synthetic.rows) >= leastDetected;
  const { aim, useless, given = [] } = aimOf({ ...plan, ...tables }, rng);
  const detect = (table: Table, label: string): Promise<AucInterval> =>
    detectionAuc(table, synthetic, rng.fork(label), {}, stop);
  const quality = await next(() => qualityScore(real, synthetic));
  const qualityAllPairs = await next(() =>
    qualityScore(real, synthetic, { correlationThreshold: 0, associationThreshold: 0 }),
  );
  const diagnostic = await next(() => diagnosticScore(real, synthetic));
  const accuracy = await next(() => binnedAccuracy(real, synthetic));
  const support = await next(() => supportScores(real, synthetic));
  const detection = await next(() => (enough(real) ? detect(real, "train") : undefined));
  const unlike = await next(() => rulesUnlike({ real, synthetic, customer, ...stop }, rng));
  const rows: RowCounts = { real: real.rows, synthetic: synthetic.rows, holdout: holdout?.rows };
  const texts = textForms(real, synthetic);
  const planted = refit
    ? await next(() => plantedCanaries(real, refit.method, refit.fit, rng.fork("planted")))
    : undefined;
  const base = {
    rows,
    drawnFrom: whole?.rows,
    ...learnt,
    losses: whole?.losses ?? lossesOf(real, synthetic),
    ...unlike.found,
    texts,
    notJudged: [
      ...(whole ? drawnSentences(rows, whole, customer) : []),
      ...known,
      ...withoutPairs(quality),
      ...unlike.notLookedAt,
      ...given.concat(notJudged({ ...plan, ...tables }, useless)),
    ],
    quality,
    qualityAllPairs,
    diagnostic,
    accuracy,
    support,
    detection,
    planted,
  };
  const against = { rows: holdout ?? real, synthetic, learnt: holdout && real };
  const margins = await next(() => marginAccuracy(against, rng.fork("margins")));
  const others = await next(() =>
    enough(against.rows) && enough(real) ? otherDetectors(against, rng.fork("detectors"), stop) : [],
  );
  if (!holdout) return { ...base, margins, detectors: boostingFirst(others, detection) };
  const detectionHoldout = await next(() => (enough(holdout) ? detect(holdout, "holdout") : undefined));
  const fresh = await next(async () => ({
    quality: qualityScore(real, holdout),
    detection: enough(holdout) ? await detectionAuc(holdout, real, rng.fork("fresh"), {}, stop) : undefined,
  }));
  const attacked = await attacksOn({ ...plan, real, synthetic, holdout, customer }, rng, next, stop);
  const subgroups = await next(() =>
    subgroupTable({ train: real, holdout, synthetic }, aim, rng.fork("subgroups")),
  );
  const utility =
    aim && useless === undefined
      ? await next(() => trainSyntheticTestReal({ ...aim, test: holdout }, rng.fork("utility"), stop))
      : undefined;
  const detectors = boostingFirst(others, detectionHoldout, fresh.detection);
  return { ...base, detectionHoldout, margins, detectors, fresh, ...attacked, subgroups, utility };
}

/** What goes together in real rows, and not so in synthetic ones. */
async function rulesUnlike(
  {
    real,
    synthetic,
    ...how
  }: {
    readonly real: Table;
    readonly synthetic: Table;
    readonly customer: string | undefined;
    readonly signal?: AbortSignal;
  },
  rng: Rng,
) {
  const pairs = newPairs(real, synthetic);
  const groups = shiftedGroups(real, synthetic, how);
  const numbers = shiftedPairs(real, synthetic, how);
  const { found, notLookedAt } = await notDetermined(real, synthetic, rng.fork("determined"), how);
  return {
    found: {
      ...(pairs.length > 0 && { newPairs: pairs }),
      ...(found.length > 0 && { notDetermined: found }),
      ...(groups.length > 0 && { shiftedGroups: groups }),
      ...(numbers.length > 0 && { shiftedPairs: numbers }),
    },
    notLookedAt: notLookedAt ? [notLookedAt] : [],
  };
}

/** What the synthetic rows tell of single people. */
async function attacksOn(
  {
    real,
    synthetic,
    holdout,
    whole,
    customer,
    refit,
  }: ReportPlan & { readonly holdout: Table; readonly customer: string | undefined },
  rng: Rng,
  next: ReturnType<typeof stepsOf>,
  stop: Watch,
) {
  const privacy = await next(async () => ({
    ...(await distancePrivacy(real, holdout, synthetic)),
    ...(whole?.copies && { copies: whole.copies.synthetic, copiesHoldout: whole.copies.holdout }),
  }));
  // People are attacked: one row of each, since those of one are not independent.
  const [members, strangers] = [real, holdout].map((rows) => (customer ? oneRowEach(rows, customer) : rows));
  const membership = await next(() =>
    membershipAttack(members, strangers, synthetic, rng.fork("membership")),
  );
  const disclosure = await next(() => attributeDisclosure(real, holdout, synthetic, rng.fork("disclosure")));
  const attacks = await next(() =>
    strangers.rows >= 20
      ? membershipAttacks(members, strangers, synthetic, rng.fork("attacks"), stop)
      : undefined,
  );
  const differencing = await next(() =>
    differencingAttack(real, holdout, synthetic, rng.fork("differencing")),
  );
  // A value that is rare among rows drawn need not be rare.
  const few = whole !== undefined && whole.rows.real > real.rows;
  const canaries = await next(() =>
    few ? undefined : canaryTest(real, holdout, synthetic, { customer, seen: whole?.seen }),
  );
  const file = few ? undefined : refit?.file;
  const inFile = file === undefined ? undefined : fileCanaries(real, holdout, file, { customer });
  return { privacy, membership, disclosure, attacks, differencing, canaries, inFile };
}

/** What makes one part of the report after the other, tells of it, and ends between two. */
function stepsOf(total: number, watch: Watch): <T>(make: () => T | Promise<T>) => Promise<T> {
  let done = 0;
  return async (make) => {
    watch.signal?.throwIfAborted();
    const made = await make();
    watch.progress?.({ phase: "judge", done: ++done, total });
    return made;
  };
}

/** The tables by customer, without held-out rows that are rows learnt from; and of which that is so. */
function heldApart(plan: ReportPlan) {
  const tables = byCustomer(plan);
  // Of customers those held out were told apart by their names.
  const { real, customer } = tables;
  const learntToo = learntRows(real, { ...tables, ...(customer && { holdout: undefined }) }, plan.whole);
  const held = !learntToo.some(({ of }) => of === "held-out");
  const learnt = learntToo.length > 0 ? { learntRows: learntToo } : {};
  return { ...tables, learnt, ...(!held && { holdout: undefined }) };
}

/** The tables with customers as identifiers, without held-out rows of customers that were learnt from; and how many these were. */
function byCustomer(plan: ReportPlan) {
  const { real, synthetic, holdout, customer = repeatedCustomers(real) } = plan;
  if (!customer) return { real, synthetic, holdout, customer: undefined, known: [] };
  const own = customerOf(real, [customer]);
  const learnt = new Set(Array.from({ length: real.rows }, (_, i) => own(i)));
  const tables = {
    real: withCustomerIds(real, customer),
    synthetic: withCustomerIds(synthetic, customer),
    customer,
  };
  if (!holdout) return { ...tables, holdout, known: [] };
  const who = customerOf(holdout, [customer]);
  const places = Array.from({ length: holdout.rows }, (_, i) => i);
  const others = places.filter((i) => who(i) === undefined || !learnt.has(who(i)));
  const rule = `held-out rows must be of customers (${customer}) that were not learnt from: divide the data by customer`;
  check(others.length > 0 || holdout.rows === 0, "judge privacy", rule, "none such");
  const left = holdout.rows - others.length;
  return {
    ...tables,
    holdout: withCustomerIds(takeTableRows(holdout, others), customer),
    known:
      left > 0
        ? [`${left} of ${holdout.rows} held-out rows, of customers (${customer}) that were learnt from`]
        : [],
  };
}

/** What models are asked for, and why they cannot be judged by it. */
function aimOf({ real: train, synthetic, holdout: test, target, positive: given }: ReportPlan, rng: Rng) {
  if (target === undefined) return {};
  const positive = positiveOf(train, target, given);
  const aim = { train, synthetic, target, positive };
  if (!test) return { aim };
  const useless = whyNoUtility({ ...aim, test });
  return {
    aim,
    useless,
    given:
      useless === undefined ? givenSentences(givingAway({ ...aim, test }, rng.fork("given")), target) : [],
  };
}

function givenSentences(given: readonly string[], target: string): string[] {
  if (given.length === 0) return [];
  const told = given.length === 1 ? "alone tells" : "each alone tell";
  return [
    `usefulness for ${target} beyond ${listed(given)}, which ${told} it in the rows learnt from: what models reach says nothing of the other columns; judge tables without ${given.length === 1 ? "that one" : "those"}`,
  ];
}

/** Fewer rows than these tell nothing from each other, and nobody's membership. */
const [leastDetected, leastAttacked] = [50, 20];

function withoutPairs({ trends }: Quality): string[] {
  if (!Number.isNaN(trends)) return [];
  return ["pair trends: no two real columns go together strongly; the quality is that of single columns"];
}

function notJudged({ real, synthetic, holdout, target }: ReportPlan, useless: string | undefined): string[] {
  const out: string[] = [];
  const few = (which: string, rows: number, least: number, what: string): void => {
    if (rows < least) out.push(`${what}: ${which} are ${rows}, and ${least} are needed`);
  };
  few("the synthetic rows", synthetic.rows, leastDetected, "detection");
  few("the rows learnt from", real.rows, leastDetected, "detection against the rows learnt from");
  if (!holdout) return [...out, "privacy, usefulness and small groups: held-out rows (--holdout) are needed"];
  few("held-out rows", holdout.rows, leastDetected, "detection against held-out rows");
  few("held-out rows", holdout.rows, leastAttacked, "attacks on membership");
  if (target === undefined) out.push("usefulness: no column plainly is a target; --target names one");
  else if (useless !== undefined) out.push(`usefulness: ${useless}`);
  return out;
}

/** All detectors, boosting first. */
function boostingFirst(
  others: readonly Detector[],
  made: AucInterval | undefined,
  fresh?: AucInterval,
): readonly Detector[] {
  if (!made) return others;
  return [{ learner: "gradient boosting", synthetic: made, ...(fresh && { real: fresh }) }, ...others];
}

/** The target's value that counts as 1 as it is given; where none is, and of two levels none is plain, the rarer. */
export function positiveOf(from: Table, target: string, given?: string): string | undefined {
  const column = columnNamed(from, target);
  if (given !== undefined || !isCategorical(column) || levelsSeen(column).length !== 2) return given;
  if (isPlain(from, target)) return undefined;
  const rows = (level: string): number =>
    column.codes.reduce((sum, code) => sum + Number(column.levels[code] === level), 0);
  const [a, b] = levelsSeen(column);
  return rows(b) <= rows(a) ? b : a;
}

/** Whether the column's true level is plain. */
function isPlain(from: Table, name: string): boolean {
  try {
    return positiveLevel(from, name) !== undefined;
  } catch {
    return false;
  }
}

/** The last column of two levels whose true one is plain: what a churn table is about when nobody says. */
export function likelyTarget(from: Table): string | undefined {
  const candidates = from.columns.filter((column) => isCategorical(column) && column.levels.length === 2);
  return candidates
    .map((candidate) => candidate.name)
    .reverse()
    .find((name) => isPlain(from, name));
}
