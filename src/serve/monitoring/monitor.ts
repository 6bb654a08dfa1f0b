import { seeded } from "../../core/rng";
import { putBackAlert, setAlerts, takeAlert } from "../../data/store/monitoring/alerts";
import { addDayCounts, dayCounts, removeDayCounts } from "../../data/store/monitoring/inputs";
import type { Store } from "../../data/store/open";
import { type Table, table } from "../../data/table";
import { type ColumnDrift, columnDrifts } from "../../services/monitoring/column-drift";
import {
  addDrift,
  countDrift,
  type DriftCounts,
  probabilityProfile,
  type TrainedColumn,
} from "../../services/predict/drift";
import type { Desk } from "../../services/score/desk";
import type { Prediction } from "../score";
import type { Settings } from "../settings";
import { sendAlerts } from "./alert";

/** Counts of a column on a day; of probabilities their sum too. */
interface InputCounts extends DriftCounts {
  sum?: number;
}

/** What customers and predictions of the last days were like. */
export interface MonitoringReport {
  readonly model: string;
  /** The first day, and how many customers were asked of since. */
  readonly from: string;
  readonly rows: number;
  /** Columns beside training, the most different first; empty where the model remembers nothing of training. */
  readonly columns: readonly ColumnDrift[];
  readonly predictions?: {
    /** What probabilities are compared with; without it they are only told. */
    readonly reference?: "training" | "earlier days";
    readonly drift?: ColumnDrift;
    readonly days: readonly { readonly day: string; readonly rows: number; readonly mean: number }[];
  };
  /** Whether the model has a profile of training to compare with. */
  readonly comparable: boolean;
}

const probability = "churn_probability";
/** Bins of probabilities, with no share of any. */
const binned: TrainedColumn = probabilityProfile([]);
const dayMs = 86_400_000;
/** Customers from which on a difference is worth an alert. */
const fewestRows = 200;

/**
 * Counts what customers are like, by day and column, and compares it with training. Of a customer nothing is kept: sums
 * in bins alone, held in memory for seconds and then in the store.
 */
export class Monitor {
  private readonly waiting = new Map<string, InputCounts[]>();
  private latest: MonitoringReport | undefined;

  constructor(
    private readonly store: Store,
    private readonly settings: Settings,
    private readonly desk: () => Desk,
  ) {}

  /** Counts customers who were answered. */
  note(desk: Desk, rows: Table, answers: readonly Prediction[]): void {
    if (this.settings.monitoring === "off" || rows.rows === 0) return;
    const key = `${Math.floor(Date.now() / dayMs)} ${desk.origin.model}`;
    const sums = this.waiting.get(key) ?? [];
    this.waiting.set(key, sums);
    countDrift(sums, desk.profile ?? [], rows);
    const values = Float64Array.from(answers, (answer) => answer.churn_probability);
    countDrift(sums, [binned], table([{ name: probability, type: "numeric", values }]));
    const said = sums.find((sum) => sum.name === probability) as InputCounts;
    said.sum = values.reduce((total, value) => total + value, said.sum ?? 0);
  }

  /** Takes what was counted into the store; what it does not take waits on. */
  flush(): void {
    for (const [key, sums] of this.waiting) {
      const space = key.indexOf(" ");
      const day = dayText(dayMs * Number(key.slice(0, space)));
      const model = key.slice(space + 1);
      const more = sums.map((counts) => ({ day, column: counts.name, counts }));
      addDayCounts<InputCounts>(this.store, model, more, added);
      this.waiting.delete(key);
    }
  }

  /** Removes the counts of days that are older than the settings allow. */
  removeOld(): void {
    removeDayCounts(this.store, dayBefore(this.settings.monitorDays));
  }

  /** What the last `days` days were like, today included. */
  report(days: number): MonitoringReport {
    this.flush();
    const { origin, profile, predicted } = this.desk();
    const from = dayBefore(days - 1);
    const all = dayCounts<InputCounts>(this.store, origin.model);
    const now: InputCounts[] = [];
    const earlier: InputCounts[] = [];
    for (const { day, counts } of all) addDrift(day >= from ? now : earlier, [counts]);
    const columns = columnDrifts(profile ?? [], now, seeded(`drift ${origin.model}`));
    const past = earlier.find((counts) => counts.name === probability);
    const reference = predicted ?? (past && past.rows >= fewestRows ? sharesOf(past) : undefined);
    const [drift] = reference ? columnDrifts([reference], now, seeded("drift of predictions")) : [];
    const daily = all.filter((counts) => counts.day >= from && counts.column === probability);
    const report: MonitoringReport = {
      model: origin.model,
      from,
      rows: now.find((counts) => counts.name === probability)?.rows ?? 0,
      columns: [...columns].sort((a, b) => b.psi.estimate - a.psi.estimate),
      comparable: profile !== undefined,
      ...(daily.length === 0
        ? {}
        : {
            predictions: {
              ...(drift
                ? { drift, reference: predicted ? ("training" as const) : ("earlier days" as const) }
                : {}),
              days: daily.map(({ day, counts }) => ({
                day,
                rows: counts.rows,
                mean: (counts.sum ?? 0) / counts.rows,
              })),
            },
          }),
    };
    this.latest = report;
    return report;
  }

  /** The report that was made last. */
  last(): MonitoringReport | undefined {
    return this.latest;
  }

  /** Looks for what is worth an alert, in the report and in `others`, and sends what is new or has ended. */
  async alert(others: ReadonlyMap<string, string>): Promise<void> {
    const found = new Map(others);
    const { columns, predictions } = this.report(this.settings.alertDays);
    for (const drift of columns)
      if (drift.rows >= fewestRows && !isUsual(drift))
        found.set(`column ${drift.column}`, drift.findings.join("; "));
    if (predictions?.drift && predictions.drift.rows >= fewestRows && predictions.drift.findings.length > 0)
      found.set("predictions", predictions.drift.findings.join("; "));
    const { ended } = setAlerts(this.store, found);
    const { alertUrl } = this.settings;
    if (alertUrl === undefined) return;
    const taken = [...found].filter(([what]) => takeAlert(this.store, what));
    if (taken.length === 0 && !ended.some((alert) => alert.sent !== null)) return;
    try {
      await sendAlerts(alertUrl, {
        model: this.desk().origin.model,
        alerts: taken.map(([what, detail]) => ({ what, detail })),
        ended: ended.map(({ what, since }) => ({ what, since })),
      });
    } catch (error) {
      // It is sent again next time.
      for (const [what] of taken) putBackAlert(this.store, what);
      throw error;
    }
  }
}

/** Whether nothing is worth an alert: a value in a hundred beyond those of training comes by chance in any new customers. */
function isUsual({ rows, outside, unseen, findings }: ColumnDrift): boolean {
  const few = outside + unseen <= 0.01 * rows;
  return findings.length <= (few ? Number(outside > 0) + Number(unseen > 0) : 0);
}

function added(before: InputCounts, more: InputCounts): InputCounts {
  const sums: InputCounts[] = [before];
  addDrift(sums, [more]);
  return more.sum === undefined ? before : { ...before, sum: (before.sum ?? 0) + more.sum };
}

/** Counts as what others are compared with. */
function sharesOf({ counts }: DriftCounts): TrainedColumn {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { ...binned, shares: counts.map((count) => count / total) };
}

function dayBefore(days: number): string {
  return dayText(Date.now() - dayMs * days);
}

function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
