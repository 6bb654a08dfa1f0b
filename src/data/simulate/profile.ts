import { normal, type Rng } from "../../core/rng";

/**
 * What is fixed about a simulated customer. Codes index the lists below; plans are 0 or 1. The conditional chances are
 * logits fitted to the published tables of IBM Telco (services, contract, billing by tenure); their intercepts are
 * shifted so that the view cut from the base, leavers included, has the published shares.
 */
export interface Profile {
  age: number;
  female: number;
  state: number;
  areaCode: number;
  partner: number;
  dependents: number;
  phone: number;
  multipleLines: number;
  internet: number;
  security: number;
  backup: number;
  protection: number;
  support: number;
  television: number;
  movies: number;
  contract: number;
  paperless: number;
  payment: number;
  /** Dollars a month for all subscribed services. */
  monthlyCharge: number;
  internationalPlan: number;
  voiceMailPlan: number;
  /** Age of the line's current tariff; unrelated to the customer's tenure, as in churn-bigml. */
  accountLength: number;
}

export const genders: readonly string[] = ["Female", "Male"];
export const areaCodes: readonly string[] = ["408", "415", "510"];
export const internetServices: readonly string[] = ["DSL", "Fiber optic", "No"];
export const contracts: readonly string[] = ["Month-to-month", "One year", "Two year"];
export const payments: readonly string[] = [
  "Bank transfer (automatic)",
  "Credit card (automatic)",
  "Electronic check",
  "Mailed check",
];
const northeast = "CT MA ME NH NJ NY PA RI VT".split(" ");
const midwest = "IA IL IN KS MI MN MO ND NE OH SD WI".split(" ");
const south = "AL AR DC DE FL GA KY LA MD MS NC OK SC TN TX VA WV".split(" ");
const west = "AK AZ CA CO HI ID MT NM NV OR UT WA WY".split(" ");
export const regions: readonly string[] = ["Midwest", "Northeast", "South", "West"];
export const states: readonly string[] = [...northeast, ...midwest, ...south, ...west].sort();

/** The region of each state, as codes. */
export const regionOfState: readonly number[] = states.map((state) =>
  [midwest, northeast, south, west].findIndex((one) => one.includes(state)),
);

export const dsl = 0;
export const fibre = 1;
export const noInternet = 2;
export const monthToMonth = 0;
export const electronicCheck = 2;
export const mailedCheck = 3;
/** From this age on, IBM Telco calls a customer a senior citizen. */
export const seniorAge = 65;

/**
 * A customer whose tenure at the close of the books is `tenureMonths` if he stays. Long-standing customers have longer
 * contracts, more services and more family, so tenure comes first.
 */
export function drawProfile(rng: Rng, tenureMonths: number): Profile {
  const t = Math.min(tenureMonths, 72) / 72;
  const lt = Math.log1p(Math.min(tenureMonths, 72));
  const senior = flip(rng, 0.223);
  const age = senior
    ? seniorAge + Math.floor(26 * rng.uniform() ** 1.6)
    : 18 + Math.floor(23.5 * (rng.uniform() + rng.uniform()));
  const partner = flip(rng, logistic(-1.731 + 1.677 * t + 0.244 * lt + 0.059 * senior));
  const dependents = flip(rng, logistic(-2.466 - 0.504 * t + 0.132 * lt - 2.148 * senior + 2.426 * partner));
  const internet = choose(rng, [
    0.13 + 0.19 * t - 0.03 * lt + 0.04 * senior + 0.04 * dependents,
    0.45 - 0.07 * t + 0.08 * lt + 1.05 * senior - 0.42 * dependents,
    -0.303 - 0.13 * t - 0.05 * lt - 1.09 * senior + 0.38 * dependents,
  ]);
  const fib = internet === fibre ? 1 : 0;
  const none = internet === noInternet ? 1 : 0;
  const contract = choose(rng, [
    3.26 - 4.2 * t - 0.22 * lt + 1.05 * fib - 1.2 * none + 0.58 * senior - 0.4 * dependents,
    -2.945 - 1.89 * t + 0.97 * lt - 0.16 * fib + 0.04 * none - 0.05 * senior + 0.03 * dependents,
    -2.143 + 6.09 * t - 0.75 * lt - 0.89 * fib + 1.16 * none - 0.53 * senior + 0.37 * dependents,
  ]);
  const one = contract === 1 ? 1 : 0;
  const two = contract === 2 ? 1 : 0;
  const phone = internet === dsl ? flip(rng, 0.706) : 1;
  const lines = flip(
    rng,
    logistic(-2.114 + 1.716 * t + 0.271 * lt + 1.038 * fib - 0.832 * none + 0.413 * senior),
  );
  const added = drawAddOns(rng, { t, lt, internet, one, two, senior, dependents });
  const paperless = flip(
    rng,
    logistic(0.281 + 0.6 * t + 0.866 * fib - 0.93 * none + 0.392 * senior - 0.488 * one - 0.74 * two),
  );
  const payment = choose(rng, [
    -1.06 + 0.58 * t + 0.23 * lt + 0.03 * one + 0.15 * two + 0.09 * fib + 0.12 * none + 0.07 * senior,
    -0.968 + 0.29 * t + 0.22 * lt + 0.21 * one + 0.4 * two + 0.03 * none + 0.08 * senior + 0.04 * paperless,
    1.209 +
      0.53 * t -
      0.27 * lt -
      0.48 * one -
      1.11 * two +
      0.65 * fib -
      0.79 * none +
      0.29 * senior +
      0.25 * paperless,
    1.368 -
      1.4 * t -
      0.18 * lt +
      0.25 * one +
      0.56 * two -
      0.73 * fib +
      0.65 * none -
      0.43 * senior -
      0.27 * paperless,
  ]);
  const multipleLines = phone * lines;
  const list = 20 * phone + 5 * multipleLines + [25, 50, 0][internet] + added.price;
  return {
    age,
    female: flip(rng, 0.495),
    state: Math.floor(rng.uniform() * states.length),
    areaCode: choose(rng, [0, Math.LN2, 0]),
    partner,
    dependents,
    phone,
    multipleLines,
    internet,
    ...added.services,
    contract,
    paperless,
    payment,
    // Prices end in 5 cents.
    monthlyCharge: Math.max(365, Math.round(20 * (list + 1.02 * normal(rng)))) / 20,
    internationalPlan: flip(rng, internationalShare),
    voiceMailPlan: flip(rng, voiceMailShare),
    accountLength: Math.max(1, Math.round(101.06 + 39.82 * normal(rng))),
  };
}

type AddOns = Pick<Profile, "security" | "backup" | "protection" | "support" | "television" | "movies">;

/** What is subscribed beside the internet, and its price a month; `t` and `lt` are the tenure and its logarithm. */
function drawAddOns(
  rng: Rng,
  known: Readonly<Record<"t" | "lt" | "internet" | "one" | "two" | "senior" | "dependents", number>>,
): { readonly services: AddOns; readonly price: number } {
  const { t, lt, internet, one, two, senior, dependents } = known;
  const fib = internet === fibre ? 1 : 0;
  // Those who stream films stream television too, and protect the devices they watch on.
  const watcher = normal(rng);
  const adds = (logit: number, share: number): number =>
    internet === noInternet ? 0 : below(rng, logit, share, watcher);
  const security = adds(
    -2.272 +
      0.52 * t +
      0.39 * lt +
      0.545 * one +
      1.142 * two -
      0.878 * fib -
      0.297 * senior +
      0.229 * dependents,
    -0.1,
  );
  const backup = adds(
    -1.862 + 2.051 * t + 0.155 * lt + 0.123 * one + 0.262 * two - 0.029 * fib + 0.119 * dependents,
    0,
  );
  const protection = adds(-2.395 + 0.327 * t + 0.458 * lt + 0.687 * one + 1.408 * two + 0.214 * fib, 0.3);
  const support = adds(
    -2.447 - 0.735 * t + 0.581 * lt + 0.877 * one + 2.07 * two - 0.71 * fib - 0.476 * senior,
    0.1,
  );
  const television = adds(-2.037 + 0.138 * t + 0.382 * lt + 0.513 * one + 1.037 * two + 0.942 * fib, 0.71);
  const movies = adds(
    -2.071 + 0.161 * t + 0.395 * lt + 0.542 * one + 1.07 * two + 0.872 * fib + 0.17 * senior,
    0.71,
  );
  const price = 5 * (security + backup + protection + support) + 10 * (television + movies);
  return { services: { security, backup, protection, support, television, movies }, price };
}

/** Shares that leave 9.7 % and 27.7 % in the view, as holders stay there for a longer or shorter while than others. */
const internationalShare = 0.097;
const voiceMailShare = 0.276;

export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function flip(rng: Rng, chance: number): number {
  return rng.uniform() < chance ? 1 : 0;
}

/** An index drawn with chances proportional to exp(logit). */
export function choose(rng: Rng, logits: readonly number[]): number {
  let total = 0;
  for (const value of logits) total += Math.exp(value);
  let left = rng.uniform() * total;
  for (let i = 0; i < logits.length - 1; i++) {
    left -= Math.exp(logits[i]);
    if (left < 0) return i;
  }
  return logits.length - 1;
}

/** 1 with the chance that `logit` says, correlated through a normal variable that it shares with others. */
function below(rng: Rng, logit: number, share: number, shared: number): number {
  const own = share * shared + Math.sqrt(1 - share * share) * normal(rng);
  // The logistic curve is the normal one within 0.01 at this scale.
  return own < logit / 1.702 ? 1 : 0;
}
