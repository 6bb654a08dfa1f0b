import type { Explanation, Prediction } from "../schemas.js";
import { byId, change, make, problemBox, ruleOf, type send, shown, tableOf } from "./dom.js";

type Customer = Record<string, string | number>;

const typical: Customer = {
  account_length: 101,
  state: "OH",
  area_code: "415",
  international_plan: "No",
  voice_mail_plan: "Yes",
  number_vmail_messages: 26,
  total_day_calls: 110,
  total_eve_calls: 99,
  total_night_calls: 91,
  total_intl_calls: 5,
  customer_service_calls: 1,
  total_day_minutes: 161.6,
  total_eve_minutes: 195.5,
  total_night_minutes: 214.4,
  total_intl_minutes: 9.7,
};
const examples: Record<string, Customer> = {
  calm: typical,
  upset: {
    ...typical,
    customer_service_calls: 5,
    total_day_minutes: 120,
    voice_mail_plan: "No",
    number_vmail_messages: 0,
  },
  abroad: { ...typical, international_plan: "Yes", total_intl_calls: 2, total_intl_minutes: 14.2 },
  heavy: {
    ...typical,
    total_day_minutes: 310,
    total_eve_minutes: 240,
    voice_mail_plan: "No",
    number_vmail_messages: 0,
  },
};

const form = byId<HTMLFormElement>("customer");
const result = byId("result");
const fields = [...form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[name]")];

byId<HTMLSelectElement>("example").addEventListener("change", (event) => {
  const { value } = event.target as HTMLSelectElement;
  const chosen = examples[value];
  if (!chosen && value !== "usual") return;
  for (const field of fields)
    field.value = String(chosen ? (chosen[field.name] ?? "") : (field.dataset.usual ?? ""));
  clearErrors();
});

form.addEventListener("reset", () => clearErrors());

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors();
  const wrong = fields.filter((field) => !field.checkValidity());
  for (const field of wrong) showError(field.name, ruleOf(field));
  if (wrong.length > 0) {
    wrong[0].focus();
    return;
  }
  const customer = Object.fromEntries(
    fields
      .filter((field) => field.value !== "" || field.dataset.unknown !== undefined)
      .map((field) => [
        field.name,
        field.value === "" ? null : field.type === "number" ? Number(field.value) : field.value,
      ]),
  );
  form.setAttribute("aria-busy", "true");
  const said = await post<Prediction>("predict?reasons=5", customer);
  form.removeAttribute("aria-busy");
  if (!said.ok) {
    for (const error of said.problem.errors ?? []) showError(error.field, error.rule);
    result.replaceChildren(problemBox(said.problem));
    return;
  }
  result.replaceChildren(...describe(said.value));
  const why = await post<Explanation>("explain?reasons=5", customer);
  // On a phone the answer lies below the form.
  if (result.getBoundingClientRect().top > innerHeight - 120 || matchMedia("(max-width: 959px)").matches)
    result.focus();
  result.append(...(why.ok ? [words(why.value), changes(why.value, said.value)] : [problemBox(why.problem)]));
});

function post<T>(url: string, body: unknown): ReturnType<typeof send<T>> {
  return change<T>(url, body);
}

function describe(said: Prediction): Node[] {
  const high = Number(result.dataset.high);
  const medium = Number(result.dataset.medium);
  const percent = `${shown(100 * said.churn_probability, 1)}%`;
  const meter = make("div", {
    class: `app-meter app-${said.risk_level}`,
    role: "img",
    "aria-label": `Probability of leaving ${percent}; risk is medium above ${shown(100 * medium)}% and high above ${shown(100 * high)}%`,
  });
  const fill = make("span");
  fill.style.width = `${100 * said.churn_probability}%`;
  meter.append(
    fill,
    ...[medium, high].map((at) => {
      const mark = make("i");
      mark.style.left = `${100 * at}%`;
      return mark;
    }),
  );
  const facts = make("dl", { class: "app-facts" });
  const { currency = "" } = result.dataset;
  const money = (amount: number, digits = 0): string =>
    `${shown(amount, digits)}${currency && ` ${currency}`}`;
  const value =
    said.clv === undefined || !said.clv_interval
      ? "not known: no column or model says it"
      : `${money(said.clv)} (nine in ten such customers: ${shown(said.clv_interval[0])} to ${shown(said.clv_interval[1])})`;
  for (const [name, text] of [
    ["Risk", said.risk_level],
    ["Lifetime value", value],
    [
      "Expected profit of the offer",
      said.expected_profit === undefined ? "not known" : money(said.expected_profit),
    ],
    ["Model", said.model],
    ["Learned from", said.data],
  ])
    facts.append(make("dt", {}, name), make("dd", {}, text));
  return [
    make("p", { class: "app-note" }, "Probability of leaving"),
    make("p", { class: "app-figure" }, percent),
    meter,
    make(
      "div",
      { class: "app-scale", "aria-hidden": "true" },
      make("span", {}, "0%"),
      scaleMark(medium, "medium"),
      scaleMark(high, "high"),
      make("span", {}, "100%"),
    ),
    make("p", { class: "app-action" }, said.recommended_action),
    facts,
    ...unlikeTraining(said.drift ?? []),
    ...(said.reasons && said.reasons.length > 0 ? [reasonsTable(said.reasons)] : []),
    ...(said.simulated_value
      ? [
          make(
            "p",
            { class: "app-note" },
            "The lifetime value is learned from a simulated label: the data holds no revenue history.",
          ),
        ]
      : []),
  ];
}

/** What of the customer the model has not learned from, so that its answer is worth less. */
function unlikeTraining(drift: NonNullable<Prediction["drift"]>): Node[] {
  if (drift.length === 0) return [];
  const shownAtMost = 5;
  const lines = drift.slice(0, shownAtMost).map(({ field, finding }) => `${labelOf(field)}: ${finding}`);
  if (drift.length > shownAtMost) lines.push(`and ${drift.length - shownAtMost} more`);
  const heading = make("h2", { class: "app-heading" }, "Not as in training");
  const note = make("p", { class: "app-note" }, "The answer is worth less for a customer such as this one:");
  return [heading, note, make("ul", {}, ...lines.map((line) => make("li", {}, line)))];
}

/** A word below the meter, to the right of its mark; left out where it would run into its neighbour. */
function scaleMark(at: number, text: string): HTMLElement {
  const word = make("span", {}, at > 0.05 && at < 0.7 ? text : "");
  word.style.left = `${100 * at}%`;
  return word;
}

/** A field as the form calls it. */
function labelOf(field: string): string {
  const input = fields.find((input) => input.name === field);
  return (
    form.querySelector(`label[for="${CSS.escape(input?.id ?? field)}"]`)?.textContent ??
    field.replaceAll("_", " ")
  );
}

/** The strongest reasons, each with a bar as long as its part. */
function reasonsTable(reasons: NonNullable<Prediction["reasons"]>): Node {
  const most = Math.max(...reasons.map((reason) => Math.abs(reason.contribution)), 1e-9);
  const box = tableOf(
    "Why",
    ["What is known", "Its part"],
    reasons.map((reason) => [
      `${labelOf(reason.field)}: ${reason.value === "" ? "not known" : reason.value}`,
      "",
    ]),
  );
  for (const [k, row] of [...box.querySelectorAll("tbody tr")].entries()) {
    const { contribution } = reasons[k];
    const bar = make("span", { class: `app-part ${contribution > 0 ? "app-raises" : "app-lowers"}` });
    bar.style.width = `${(4 * Math.abs(contribution)) / most}rem`;
    row.lastElementChild?.append(bar, contribution > 0 ? "raises the risk" : "lowers the risk");
  }
  return box;
}

/** What an agent can say to the customer. */
function words({ what_to_say: say }: Explanation): Node {
  const heading = make("h2", { class: "app-heading" }, "What to say");
  return make("div", {}, heading, make("ul", {}, ...say.map((text) => make("li", {}, text))));
}

/** What would change the outcome: the same customer with one thing different that an agent can change. */
function changes({ changes: found, changes_note: note }: Explanation, said: Prediction): Node {
  const heading = make("h2", { class: "app-heading" }, "What would change the outcome");
  const notes = note === undefined ? [] : [make("p", { class: "app-note" }, note)];
  if (found.length === 0) {
    const none = make(
      "p",
      { class: "app-note" },
      "Nothing that can be changed for this customer today lowers the probability, as far as the model knows.",
    );
    return make("div", {}, heading, ...(note === undefined ? [none] : notes));
  }
  const word = (value: string | number): string =>
    typeof value === "number" ? shown(value, Number.isInteger(value) ? 0 : 1) : value;
  const { currency = "" } = result.dataset;
  const money = (amount: number | undefined): string =>
    amount === undefined ? "not known" : `${shown(amount)}${currency && ` ${currency}`}`;
  return make(
    "div",
    {},
    heading,
    make(
      "p",
      { class: "app-note" },
      `Now ${shown(100 * said.churn_probability, 1)}%. With one thing different, as the model sees such customers; it is no promise:`,
    ),
    tableOf(
      "One change at a time",
      ["Change", "Probability", "Risk", "Cost", "Brings"],
      found
        .slice(0, 5)
        .map((change) => [
          `${labelOf(change.field)}: ${word(change.to)} instead of ${word(change.from)}`,
          `${shown(100 * change.churn_probability, 1)}%`,
          change.risk_level,
          money(change.cost),
          money(change.expected_profit),
        ]),
      [1, 3, 4],
    ),
    ...notes,
  );
}

function showError(name: string, text: string): void {
  const field = fields.find((field) => field.name === name);
  const box = document.getElementById(`${field?.id ?? name}-error`);
  if (box) box.textContent = text;
  field?.setAttribute("aria-invalid", "true");
}

function clearErrors(): void {
  for (const box of form.querySelectorAll(".app-error")) box.textContent = "";
  for (const field of fields) field.removeAttribute("aria-invalid");
}
