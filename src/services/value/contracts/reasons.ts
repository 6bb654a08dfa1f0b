import { check } from "../../../core/checks";
import { count, percent } from "../../../core/format";
import { aalenJohansen } from "../../../models/survival/aalen-johansen";
import { lastUpTo } from "../../../models/survival/censored";
import { dataTable, numeric } from "../../../report/data-table";
import type { Contracts } from "./contracts";

/** A reason why contracts have ended. */
export interface ReasonRow {
  readonly name: string;
  readonly ended: number;
  /** The chance that a contract has ended for it within `months`, other reasons having their turn too, with its 95 % interval. */
  readonly months: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

const mostReasons = 8;
const within = 12;

/**
 * Contracts that have ended by reason: Aalen and Johansen's cumulative incidence in whole months, which does not count as
 * leavers for one reason those who were gone for another. Beyond eight reasons the rarest are one.
 */
export function endsByReason(
  { ended, months, entry }: Contracts,
  reasons: readonly string[],
): readonly ReasonRow[] {
  check(
    entry === undefined,
    "tell contracts by reason",
    "there must be no entry: incidences count all from their start (leave out either)",
  );
  const counts = new Map<string, number>();
  reasons.forEach((name, i) => {
    if (ended[i] === 1) counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  const names = [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const kept = names.length > mostReasons ? names.slice(0, mostReasons - 1) : names;
  const rest = names.length - kept.length;
  const causes = new Map(names.map((name, k) => [name, Math.min(k, kept.length) + 1]));
  const data = {
    time: months.map((m, i) => (ended[i] === 1 ? Math.max(1, Math.ceil(m - 1e-9)) : Math.floor(m + 1e-9))),
    cause: Array.from(reasons, (name, i) => (ended[i] === 1 ? (causes.get(name) as number) : 0)),
  };
  return [...kept, ...(rest > 0 ? [`${rest} other reasons`] : [])].map((name, k) => {
    const { times, incidence, lower, upper } = aalenJohansen(data, k + 1);
    const at = lastUpTo(times, within);
    const [share, low, high] = [incidence, lower, upper].map((of) => of[at] ?? 0);
    const own = data.cause.reduce((sum, cause) => sum + (cause === k + 1 ? 1 : 0), 0);
    return { name, ended: own, months: within, share, low, high };
  });
}

/** The table of reasons in a report. */
export function reasonTable(rows: readonly ReasonRow[]): string {
  return dataTable(
    rows,
    [
      { label: "Reason", text: (row) => row.name },
      numeric("Contracts", (row) => count(row.ended)),
      numeric(`Within ${within} months`, (row) => percent(row.share)),
      numeric("95% interval", (row) => `${percent(row.low)} to ${percent(row.high)}`),
    ],
    {
      caption: "Contracts that have ended, by reason",
      note: "The chance that a new contract ends for this reason, others having their turn too (Aalen and Johansen).",
    },
  );
}
