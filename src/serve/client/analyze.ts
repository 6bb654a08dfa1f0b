import { byId, make, type Prediction, problemBox, send, shown } from "./dom.js";

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
  const chosen = examples[(event.target as HTMLSelectElement).value];
  if (!chosen) return;
  for (const field of fields) field.value = String(chosen[field.name] ?? "");
  clearErrors();
});

form.addEventListener("reset", () => clearErrors());

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors();
  const wrong = fields.filter((field) => !field.checkValidity());
  for (const field of wrong) showError(field.name, rule(field));
  if (wrong.length > 0) {
    wrong[0].focus();
    return;
  }
  const customer = Object.fromEntries(
    fields
      .filter((field) => field.value !== "")
      .map((field) => [field.name, field.type === "number" ? Number(field.value) : field.value]),
  );
  form.setAttribute("aria-busy", "true");
  const said = await send<Prediction>("/predict", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(customer),
  });
  form.removeAttribute("aria-busy");
  if (!said.ok) {
    for (const error of said.problem.errors ?? []) showError(error.field, error.rule);
    result.replaceChildren(problemBox(said.problem));
    return;
  }
  result.replaceChildren(...describe(said.value));
  result.append(await changes(customer, said.value));
});

function describe(said: Prediction): Node[] {
  const high = Number(result.dataset.high);
  const medium = Number(result.dataset.medium);
  const percent = `${shown(100 * said.churn_probability, 1)} %`;
  const meter = make("div", {
    class: `app-meter app-${said.risk_level}`,
    role: "img",
    "aria-label": `Probability of leaving ${percent}; risk is medium above ${shown(100 * medium)} % and high above ${shown(100 * high)} %`,
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
  const value = `${shown(said.clv)} (nine in ten such customers: ${shown(said.clv_interval[0])} to ${shown(said.clv_interval[1])})`;
  for (const [name, text] of [
    ["Risk", said.risk_level],
    ["Lifetime value", value],
    ["Expected profit of the offer", shown(said.expected_profit)],
    ["Model", said.model],
  ])
    facts.append(make("dt", {}, name), make("dd", {}, text));
  return [
    make("p", { class: "app-note" }, "Probability of leaving"),
    make("p", { class: "app-figure" }, percent),
    meter,
    make(
      "div",
      { class: "app-scale", "aria-hidden": "true" },
      make("span", {}, "0 %"),
      make("span", {}, "100 %"),
    ),
    make("p", { class: "app-action" }, said.recommended_action),
    facts,
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

/** What would change the outcome: the same customer with one thing different. */
async function changes(customer: Customer, said: Prediction): Promise<Node> {
  const ideas: [string, Customer][] = [];
  if (Number(customer.customer_service_calls) > 1)
    ideas.push(["with one customer-service call", { customer_service_calls: 1 }]);
  if (customer.international_plan === "Yes")
    ideas.push(["without the international plan", { international_plan: "No" }]);
  if (customer.voice_mail_plan === "No")
    ideas.push(["with the voice-mail plan", { voice_mail_plan: "Yes", number_vmail_messages: 28 }]);
  if (Number(customer.total_day_minutes) > 200)
    ideas.push(["with 180 day minutes", { total_day_minutes: 180 }]);
  if (Number(customer.total_intl_calls) < 3 && customer.international_plan === "Yes")
    ideas.push(["with five international calls", { total_intl_calls: 5 }]);
  if (ideas.length === 0)
    return make(
      "p",
      { class: "app-note" },
      "Nothing in this customer's plans or contacts stands out as a reason to leave.",
    );
  const answer = await send<{ predictions: Prediction[] }>("/batch-predict", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ideas.map(([, change]) => ({ ...customer, ...change }))),
  });
  if (!answer.ok) return problemBox(answer.problem);
  const list = make("ul");
  const sorted = ideas
    .map(([words], i) => ({ words, probability: answer.value.predictions[i].churn_probability }))
    .sort((a, b) => a.probability - b.probability);
  for (const one of sorted) list.append(make("li", {}, `${shown(100 * one.probability, 1)} % ${one.words}`));
  return make(
    "div",
    {},
    make("h2", { style: "font-size:1.05rem;margin:1.4rem 0 .3rem" }, "What would change the outcome"),
    make(
      "p",
      { class: "app-note" },
      `Now ${shown(100 * said.churn_probability, 1)} %. The same customer would be at`,
    ),
    list,
  );
}

function rule(field: HTMLInputElement | HTMLSelectElement): string {
  if (field.validity.valueMissing) return "must be given";
  if (field instanceof HTMLInputElement) {
    if (field.validity.rangeUnderflow || field.validity.rangeOverflow)
      return `must be from ${field.min} to ${field.max}`;
    if (field.validity.stepMismatch)
      return field.step === "1" ? "must be a whole number" : "must have at most one decimal";
  }
  return "must be a number";
}

function showError(name: string, text: string): void {
  const box = document.getElementById(`${name}-error`);
  if (box) box.textContent = text;
  document.getElementById(name)?.setAttribute("aria-invalid", "true");
}

function clearErrors(): void {
  for (const box of form.querySelectorAll(".app-error")) box.textContent = "";
  for (const field of fields) field.removeAttribute("aria-invalid");
}
