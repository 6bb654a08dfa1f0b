import { type Column, type Table, type TextColumn, table } from "../table";
import { reasons, responseKinds } from "./hazard";
import { gone, moods } from "./mood";
import {
  areaCodes,
  contracts,
  genders,
  internetServices,
  payments,
  regionOfState,
  regions,
  states,
} from "./profile";
import { futureMonths, type Simulation } from "./simulate";
import { coded, customerId, numeric } from "./views";

const noYes = ["No", "Yes"];
/** The month after the books close: January 2025. */
const closeYear = 2025;

/** One row per customer, those who left included: who he is, what he has, his last month, and when he left. */
export function customersTable(base: Simulation): Table {
  const { profile: p, closing: c } = base;
  const rows = allRows(base);
  const yes = (name: string, of: Float64Array): Column => coded(rows, name, "boolean", noYes, (i) => of[i]);
  const kind = (name: string, levels: readonly string[], of: (i: number) => number): Column =>
    coded(rows, name, "categorical", levels, of);
  // A customer without a billed month has no last month to show.
  const last = (name: string, of: Float64Array, decimals = 0): Column =>
    numeric(rows, name, decimals, (i) => (base.tenure[i] > 0 ? of[i] : NaN));
  return table([
    idColumn(base, rows),
    numeric(rows, "age", 0, (i) => p.age[i]),
    kind("gender", genders, (i) => 1 - p.female[i]),
    kind("region", regions, (i) => regionOfState[p.state[i]]),
    kind("state", states, (i) => p.state[i]),
    kind("area_code", areaCodes, (i) => p.areaCode[i]),
    yes("partner", p.partner),
    yes("dependents", p.dependents),
    dateColumn(rows, "joined", (i) => monthStart(base.joined[i] - base.months - 1)),
    numeric(rows, "tenure_months", 0, (i) => base.tenure[i]),
    kind("contract", contracts, (i) => p.contract[i]),
    kind("payment_method", payments, (i) => p.payment[i]),
    yes("paperless_billing", p.paperless),
    yes("phone_service", p.phone),
    yes("multiple_lines", p.multipleLines),
    kind("internet_service", internetServices, (i) => p.internet[i]),
    yes("online_security", p.security),
    yes("online_backup", p.backup),
    yes("device_protection", p.protection),
    yes("tech_support", p.support),
    yes("streaming_tv", p.television),
    yes("streaming_movies", p.movies),
    yes("international_plan", p.internationalPlan),
    yes("voice_mail_plan", p.voiceMailPlan),
    numeric(rows, "account_length", 0, (i) => p.accountLength[i]),
    numeric(rows, "monthly_charge", 2, (i) => p.monthlyCharge[i]),
    numeric(rows, "total_charge", 2, (i) => base.totalCharge[i]),
    last("last_day_minutes", c.dayMinutes, 1),
    last("last_eve_minutes", c.eveMinutes, 1),
    last("last_night_minutes", c.nightMinutes, 1),
    last("last_intl_minutes", c.intlMinutes, 1),
    last("last_day_calls", c.dayCalls),
    last("last_eve_calls", c.eveCalls),
    last("last_night_calls", c.nightCalls),
    last("last_intl_calls", c.intlCalls),
    last("last_voice_mails", c.voiceMails),
    last("service_calls_6_months", c.serviceCalls),
    dateColumn(rows, "left", (i) => (base.left[i] > 0 ? monthEnd(base.left[i] - base.months - 1) : "")),
    coded(rows, "churned", "boolean", noYes, (i) => (base.left[i] > 0 ? 1 : 0)),
  ]);
}

/** One row per customer and month of presence: minutes, calls, data, contacts with support, bills and cost. */
export function usageTable(base: Simulation): Table {
  const { cells, customers, dates } = presentMonths(base);
  const panels = base.panels as NonNullable<Simulation["panels"]>;
  const from = (name: string, of: Float32Array, decimals: number): Column =>
    numeric(cells, name, decimals, (cell) => rounded(of[cell], decimals));
  return table([
    customers,
    dates,
    from("day_minutes", panels.dayMinutes, 1),
    from("eve_minutes", panels.eveMinutes, 1),
    from("night_minutes", panels.nightMinutes, 1),
    from("intl_minutes", panels.intlMinutes, 1),
    from("day_calls", panels.dayCalls, 0),
    from("eve_calls", panels.eveCalls, 0),
    from("night_calls", panels.nightCalls, 0),
    from("intl_calls", panels.intlCalls, 0),
    from("data_gb", panels.dataGb, 1),
    from("support_contacts", panels.contacts, 0),
    from("subscription", panels.subscription, 2),
    from("metered", panels.metered, 2),
    from("cost", panels.cost, 2),
  ]);
}

/** A transactions log: customer, date, amount; one bill a month. */
export function billsTable(base: Simulation): Table {
  const { cells, customers, dates } = presentMonths(base);
  const { subscription, metered } = base.panels as NonNullable<Simulation["panels"]>;
  return table([
    customers,
    dates,
    numeric(cells, "amount", 2, (cell) => rounded(subscription[cell] + metered[cell], 2)),
  ]);
}

/** The randomised offer: one row per customer who took part. */
export function campaignTable(base: Simulation): Table {
  const { treated, accepted, churned, months } = base.campaign;
  const rows = allRows(base).filter((i) => treated[i] >= 0);
  const yes = (name: string, of: Int8Array): Column => coded(rows, name, "boolean", noYes, (i) => of[i]);
  return table([
    idColumn(base, rows),
    yes("offered", treated),
    yes("accepted", accepted),
    yes(`churned_within_${months}_months`, churned),
  ]);
}

/** What only the simulator knows: to judge by, never to learn from. */
export function truthTable(base: Simulation): Table {
  const { truth, campaign } = base;
  const rows = allRows(base);
  const money = (name: string, of: Float64Array): Column => numeric(rows, name, 2, (i) => there(i, of));
  const there = (i: number, of: ArrayLike<number>): number => (campaign.treated[i] >= 0 ? of[i] : NaN);
  const within = `${campaign.months}_months`;
  const future = `${futureMonths}_months`;
  return table([
    idColumn(base, rows),
    coded(rows, "reason", "categorical", reasons, (i) => truth.reason[i]),
    coded(rows, "mood", "categorical", moods, (i) => (truth.mood[i] === gone ? -1 : truth.mood[i])),
    { ...numeric(rows, `churn_${within}`, 6, (i) => truth.churn[i]) },
    { ...numeric(rows, `churn_${within}_if_offered`, 6, (i) => truth.churnIfOffered[i]) },
    coded(rows, "response", "categorical", responseKinds, (i) =>
      campaign.treated[i] >= 0 ? truth.response[i] : -1,
    ),
    numeric(rows, "future_month_left", 0, (i) => there(i, truth.futureLeft)),
    money(`future_revenue_${future}`, truth.futureRevenue),
    money(`future_cost_${future}`, truth.futureCost),
    money(`expected_revenue_${future}`, truth.expectedRevenue),
    money(`expected_revenue_${future}_if_offered`, truth.expectedRevenueIfOffered),
  ]);
}

function allRows(base: Simulation): Int32Array {
  return Int32Array.from({ length: base.customers }, (_, i) => i);
}

function idColumn(base: Simulation, rows: Int32Array): TextColumn {
  return { name: "customer_id", type: "id", values: Array.from(rows, (i) => customerId(base.first + i)) };
}

function dateColumn(rows: Int32Array, name: string, of: (i: number) => string): TextColumn {
  return { name, type: "date", values: Array.from(rows, of) };
}

/** The panel cells in which a customer was there, with his id and the month's last day. */
function presentMonths(base: Simulation): { cells: Int32Array; customers: TextColumn; dates: TextColumn } {
  const { panels, months } = base;
  if (!panels) throw new Error("Cannot make monthly tables: the base must be simulated with usage");
  const cells: number[] = [];
  for (let cell = 0; cell < panels.subscription.length; cell++)
    if (!Number.isNaN(panels.subscription[cell])) cells.push(cell);
  const ids = Array.from({ length: base.customers }, (_, i) => customerId(base.first + i));
  const ends = Array.from({ length: months }, (_, t) => monthEnd(t - months));
  return {
    cells: Int32Array.from(cells),
    customers: {
      name: "customer_id",
      type: "id",
      values: cells.map((cell) => ids[Math.floor(cell / months)]),
    },
    dates: { name: "date", type: "date", values: cells.map((cell) => ends[cell % months]) },
  };
}

/** The first day of the month `offset` months from the one after the close. */
function monthStart(offset: number): string {
  return new Date(Date.UTC(closeYear, offset, 1)).toISOString().slice(0, 10);
}

function monthEnd(offset: number): string {
  return new Date(Date.UTC(closeYear, offset + 1, 0)).toISOString().slice(0, 10);
}

function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
