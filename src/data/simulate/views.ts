import { type CategoricalColumn, type Column, type NumericColumn, type Table, table } from "../table";
import {
  areaCodes,
  contracts,
  genders,
  internetServices,
  noInternet,
  payments,
  seniorAge,
  states,
} from "./profile";
import type { Simulation } from "./simulate";
import { cents, rates } from "./usage";

/** Months before the close whose leavers a view shows beside the customers still there. */
export const telcoWindow = 12;
export const churnBigmlWindow = 6;

const noYes = ["No", "Yes"];
const falseTrue = ["False", "True"];

/** The customers a view shows: there at the close or gone within the last `window` months, with `billed` months at least. */
export function shown(base: Simulation, window: number, billed: number): Int32Array {
  const rows: number[] = [];
  for (let i = 0; i < base.customers; i++) {
    const left = base.left[i];
    if (base.tenure[i] >= billed && (left === 0 || left > base.months - window)) rows.push(i);
  }
  return Int32Array.from(rows);
}

/** The base as IBM Telco's columns show it; churn is leaving within the last 12 months. */
export function asTelco(base: Simulation): Table {
  const { profile: p } = base;
  const rows = shown(base, telcoWindow, 0);
  const code = (
    name: string,
    type: "categorical" | "boolean",
    levels: readonly string[],
    of: (i: number) => number,
  ) => coded(rows, name, type, levels, of);
  const yes = (name: string, of: (i: number) => number): Column => code(name, "boolean", noYes, of);
  const adds = (name: string, of: (i: number) => number): Column =>
    code(name, "categorical", ["No", "No internet service", "Yes"], (i) =>
      p.internet[i] === noInternet ? 1 : 2 * of(i),
    );
  return table([
    { name: "customerID", type: "id", values: Array.from(rows, (i) => customerId(base.first + i)) },
    code("gender", "categorical", genders, (i) => 1 - p.female[i]),
    code("SeniorCitizen", "boolean", ["0", "1"], (i) => (p.age[i] >= seniorAge ? 1 : 0)),
    yes("Partner", (i) => p.partner[i]),
    yes("Dependents", (i) => p.dependents[i]),
    numeric(rows, "tenure", 0, (i) => base.tenure[i]),
    yes("PhoneService", (i) => p.phone[i]),
    code("MultipleLines", "categorical", ["No", "No phone service", "Yes"], (i) =>
      p.phone[i] ? 2 * p.multipleLines[i] : 1,
    ),
    code("InternetService", "categorical", internetServices, (i) => p.internet[i]),
    adds("OnlineSecurity", (i) => p.security[i]),
    adds("OnlineBackup", (i) => p.backup[i]),
    adds("DeviceProtection", (i) => p.protection[i]),
    adds("TechSupport", (i) => p.support[i]),
    adds("StreamingTV", (i) => p.television[i]),
    adds("StreamingMovies", (i) => p.movies[i]),
    code("Contract", "categorical", contracts, (i) => p.contract[i]),
    yes("PaperlessBilling", (i) => p.paperless[i]),
    code("PaymentMethod", "categorical", payments, (i) => p.payment[i]),
    numeric(rows, "MonthlyCharges", 2, (i) => p.monthlyCharge[i]),
    numeric(rows, "TotalCharges", 2, (i) => base.totalCharge[i]),
    yes("Churn", (i) => (base.left[i] > 0 ? 1 : 0)),
  ]);
}

/** The base as churn-bigml's columns show it; churn is leaving within the last 6 months. */
export function asChurnBigml(base: Simulation): Table {
  const { profile: p, closing: c } = base;
  const rows = shown(base, churnBigmlWindow, 1);
  const whole = (name: string, of: (i: number) => number): Column => numeric(rows, name, 0, of);
  const minutes = (name: string, of: Float64Array, rate: number): Column[] => [
    numeric(rows, `Total ${name} minutes`, 1, (i) => of[i]),
    numeric(rows, `Total ${name} charge`, 2, (i) => cents(of[i] * rate)),
  ];
  const [day, dayCharge] = minutes("day", c.dayMinutes, rates[0]);
  const [eve, eveCharge] = minutes("eve", c.eveMinutes, rates[1]);
  const [night, nightCharge] = minutes("night", c.nightMinutes, rates[2]);
  const [intl, intlCharge] = minutes("intl", c.intlMinutes, rates[3]);
  return table([
    coded(rows, "State", "categorical", states, (i) => p.state[i]),
    whole("Account length", (i) => p.accountLength[i]),
    coded(rows, "Area code", "categorical", areaCodes, (i) => p.areaCode[i]),
    coded(rows, "International plan", "boolean", noYes, (i) => p.internationalPlan[i]),
    coded(rows, "Voice mail plan", "boolean", noYes, (i) => p.voiceMailPlan[i]),
    whole("Number vmail messages", (i) => c.voiceMails[i]),
    day,
    whole("Total day calls", (i) => c.dayCalls[i]),
    dayCharge,
    eve,
    whole("Total eve calls", (i) => c.eveCalls[i]),
    eveCharge,
    night,
    whole("Total night calls", (i) => c.nightCalls[i]),
    nightCharge,
    intl,
    whole("Total intl calls", (i) => c.intlCalls[i]),
    intlCharge,
    whole("Customer service calls", (i) => c.serviceCalls[i]),
    coded(rows, "Churn", "boolean", falseTrue, (i) => (base.left[i] > 0 ? 1 : 0)),
  ]);
}

/** The base in the 14 columns of the fake-data seed; churn as in `asTelco`. */
export function asReference(base: Simulation): Table {
  const { profile: p } = base;
  const rows = shown(base, telcoWindow, 0);
  const yes = (name: string, of: Float64Array): Column => coded(rows, name, "boolean", noYes, (i) => of[i]);
  const truth = (name: string, of: (i: number) => number): Column =>
    coded(rows, name, "boolean", ["false", "true"], of);
  return table([
    { name: "CustomerID", type: "id", values: Array.from(rows, (i) => String(base.first + i + 1)) },
    numeric(rows, "Tenure", 0, (i) => base.tenure[i]),
    coded(rows, "Contract", "categorical", contracts, (i) => p.contract[i]),
    numeric(rows, "MonthlyCharges", 2, (i) => p.monthlyCharge[i]),
    numeric(rows, "TotalCharges", 2, (i) => base.totalCharge[i]),
    coded(rows, "InternetService", "categorical", ["DSL", "Fiber optic", "None"], (i) => p.internet[i]),
    yes("OnlineSecurity", p.security),
    yes("TechSupport", p.support),
    yes("StreamingTV", p.television),
    yes("StreamingMovies", p.movies),
    coded(rows, "PaymentMethod", "categorical", payments.map(withoutNote), (i) => p.payment[i]),
    truth("SeniorCitizen", (i) => (p.age[i] >= seniorAge ? 1 : 0)),
    truth("PaperlessBilling", (i) => p.paperless[i]),
    truth("Churn", (i) => (base.left[i] > 0 ? 1 : 0)),
  ]);
}

/** Four digits and five letters, as IBM Telco names its customers; different for each of the first four billion numbers. */
export function customerId(index: number): string {
  const digits = String(index % 10_000).padStart(4, "0");
  let rest = Math.floor(index / 10_000);
  let letters = "";
  for (let k = 0; k < 5; k++) {
    // A step that shares no factor with 26 spreads neighbours over the alphabet.
    letters = String.fromCharCode(65 + ((rest + 7 * k + 3 * (index % 26)) % 26)) + letters;
    rest = Math.floor(rest / 26);
  }
  return `${digits}-${letters}`;
}

export function coded(
  rows: Int32Array,
  name: string,
  type: "categorical" | "boolean",
  levels: readonly string[],
  of: (i: number) => number,
): CategoricalColumn {
  const codes = new Int32Array(rows.length);
  for (let k = 0; k < rows.length; k++) codes[k] = of(rows[k]);
  return { name, type, codes, levels };
}

export function numeric(
  rows: Int32Array,
  name: string,
  decimals: number,
  of: (i: number) => number,
): NumericColumn {
  const values = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) values[k] = of(rows[k]);
  return { name, type: "numeric", values, decimals };
}

function withoutNote(payment: string): string {
  return payment.replace(" (automatic)", "");
}
