import { byId, make, type Prediction, problemBox, send, shown } from "./dom.js";

interface Batch {
  readonly predictions: readonly Prediction[];
  readonly errors: readonly { readonly row: number; readonly field: string; readonly rule: string }[];
  readonly summary: {
    readonly rows: number;
    readonly predicted: number;
    readonly rejected: number;
    readonly high_risk: number;
    readonly medium_risk: number;
    readonly low_risk: number;
  };
}

const form = byId<HTMLFormElement>("batch");
const input = byId<HTMLInputElement>("file");
const result = byId("result");
const progress = byId("progress");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = input.files?.[0];
  byId("file-error").textContent = file ? "" : "choose a file first";
  if (!file) {
    input.focus();
    return;
  }
  progress.hidden = false;
  result.replaceChildren();
  const body = await file.arrayBuffer();
  const answer = await send<Batch>("/batch-predict", {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body,
  });
  progress.hidden = true;
  if (!answer.ok) {
    result.replaceChildren(problemBox(answer.problem));
    return;
  }
  result.replaceChildren(...describe(answer.value));
  const button = make("button", { type: "button", class: "app-first" }, "Download Data");
  button.addEventListener("click", () => download(body, file.name));
  result.append(make("div", { class: "app-row" }, button));
});

function describe({ summary, predictions, errors }: Batch): Node[] {
  const words = `${shown(summary.predicted)} of ${shown(summary.rows)} customers: ${shown(summary.high_risk)} at high risk, ${shown(summary.medium_risk)} at medium, ${shown(summary.low_risk)} at low.`;
  const nodes: Node[] = [make("h2", {}, "Result"), make("p", {}, words)];
  if (errors.length > 0) {
    const list = make("ul");
    for (const one of errors.slice(0, 10))
      list.append(make("li", {}, `Row ${one.row}, ${one.field}: ${one.rule}`));
    nodes.push(
      make(
        "div",
        { class: "app-problem" },
        make(
          "p",
          {},
          `${shown(summary.rejected)} rows could not be used${errors.length > 10 ? "; the first ten reasons" : ""}:`,
        ),
        list,
      ),
    );
  }
  const top = predictions
    .map((one, i) => ({ one, row: i + 1 }))
    .sort((a, b) => b.one.expected_profit - a.one.expected_profit)
    .slice(0, 10);
  const table = make("table", {}, make("caption", {}, "The ten customers worth contacting first"));
  const head = make("tr");
  for (const name of ["Customer", "Leaves", "Risk", "Value", "Profit", "Action"])
    head.append(
      make(
        "th",
        { scope: "col", ...(["Leaves", "Value", "Profit"].includes(name) ? { class: "tl-num" } : {}) },
        name,
      ),
    );
  const body = make("tbody");
  for (const { one, row } of top) {
    body.append(
      make(
        "tr",
        {},
        make("th", { scope: "row" }, one.customer_id ?? `Row ${row}`),
        make("td", { class: "tl-num" }, `${shown(100 * one.churn_probability, 1)} %`),
        make("td", {}, one.risk_level),
        make("td", { class: "tl-num" }, shown(one.clv)),
        make("td", { class: "tl-num" }, shown(one.expected_profit)),
        make("td", {}, one.recommended_action),
      ),
    );
  }
  table.append(make("thead", {}, head), body);
  nodes.push(
    make(
      "div",
      {
        class: "tl-table",
        tabindex: "0",
        role: "region",
        "aria-label": "The ten customers worth contacting first",
      },
      table,
    ),
  );
  return nodes;
}

async function download(body: ArrayBuffer, name: string): Promise<void> {
  const reply = await fetch("/batch-predict", {
    method: "POST",
    headers: { "content-type": "text/csv", accept: "text/csv" },
    body,
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await reply.blob());
  link.download = name.replace(/(\.csv)?$/i, "-predictions.csv");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
