import type { Monitoring } from "../routes/monitoring.js";
import { between, byId, make, percent, problemBox, send, sharesTable, shown, tableOf } from "./dom.js";
import { draw } from "./losses.js";
import { takeOutcomes } from "./outcomes.js";

const days = byId<HTMLSelectElement>("days");
const place = byId("report");

async function look(): Promise<void> {
  const said = await send<Monitoring>(`monitoring/report?days=${days.value}`, {});
  if (!said.ok) return place.replaceChildren(problemBox(said.problem));
  const report = said.value;
  place.replaceChildren(
    ...(report.rows === 0
      ? [make("p", { class: "app-empty" }, `${report.model} was asked of nobody since ${report.from}.`)]
      : [...summary(report), ...columns(report), ...predictions(report)]),
    ...outcomes(report),
    make("p", { class: "app-note" }, `Kept of customers' data: ${report.kept}.`),
  );
}

function summary({ model, from, rows, columns: all, alerts }: Monitoring): Node[] {
  const drifted = all.filter((one) => one.findings.length > 0);
  const words =
    all.length === 0
      ? `${model} remembers nothing of its training: there is nothing to compare with.`
      : drifted.length === 0
        ? `Customers are as in training, in all ${all.length} columns.`
        : `${drifted.length} of ${all.length} columns differ from training: ${drifted
            .slice(0, 5)
            .map((one) => one.column)
            .join(", ")}${drifted.length > 5 ? " and others" : ""}.`;
  return [
    make("h2", {}, words),
    make("p", {}, `${shown(rows)} customers since ${from}, answered by ${model}.`),
    ...(alerts.length > 0
      ? [
          tableOf(
            "Alerts",
            ["What", "Since", "Why"],
            alerts.map((alert) => [alert.what, new Date(alert.since).toLocaleString(), alert.detail]),
          ),
        ]
      : []),
  ];
}

/** What is worth a word of a column; the index stands beside it already. */
function words({ findings }: Monitoring["columns"][number]): string {
  return (
    findings.map((finding) => finding.replace(/ \(population stability index .*\)$/, "")).join("; ") ||
    "nothing"
  );
}

function columns({ columns: all }: Monitoring): Node[] {
  if (all.length === 0) return [];
  return [
    tableOf(
      "Each column against training, the most different first; 95% intervals",
      ["Column", "PSI", "KS distance", "Missing", "In training", "What is worth a word"],
      all.map((one) => [
        one.column,
        between(one.psi),
        one.ks ? between(one.ks) : "",
        percent(one.missing),
        percent(one.missing_trained),
        words(one),
      ]),
      [1, 2, 3, 4],
    ),
    make(
      "p",
      { class: "app-note" },
      "PSI: population stability index; up to 0.1 alike, above 0.25 another population. KS: the largest difference of the two distribution functions at the edges of the bins.",
    ),
    ...all.map((one, k) => sharesOf(one, k < 2)),
  ];
}

function sharesOf({ column, psi, shares }: Monitoring["columns"][number], open: boolean): HTMLElement {
  return sharesTable(
    `${column}: PSI ${shown(psi.estimate, 3)}`,
    `${column}: shares of the customers`,
    ["Value", "In training", "Now"],
    shares.map(({ value, trained, now }) => ({ value, of: [trained, now] })),
    open,
  );
}

function predictions({ predictions: found }: Monitoring): Node[] {
  if (!found) return [];
  const { drift, reference, days: daily } = found;
  return [
    make("h2", {}, "Predictions"),
    make(
      "p",
      {},
      drift
        ? `Probabilities against ${reference}: PSI ${between(drift.psi)}; ${words(drift)}.`
        : "There is nothing to compare probabilities with yet: the model tells of none from training, and there are no earlier days.",
    ),
    ...(drift ? [sharesOf({ ...drift, column: "Probability of leaving" }, true)] : []),
    tableOf(
      "Mean probability by day",
      ["Day", "Customers", "Mean probability"],
      daily.map((one) => [one.day, shown(one.rows), percent(one.mean)]),
      [1, 2],
    ),
  ];
}

function outcomes({ outcomes: found }: Monitoring): Node[] {
  const heading = make("h2", {}, "Predicted and come true");
  if (found.outcomes === 0)
    return [
      heading,
      make(
        "p",
        { class: "app-empty" },
        "It is not known yet what became of customers. Send it below or to POST /outcomes, with the customer_id that was sent to /predict.",
      ),
    ];
  const { figures } = found;
  return [
    heading,
    make(
      "p",
      {},
      `Of ${shown(found.outcomes)} customers ${shown(found.churned)} left: ${percent(found.churned / found.outcomes)}, where ${percent(found.mean_predicted ?? 0)} were predicted. Customers who got an offer may have stayed because of it.`,
    ),
    ...(figures
      ? [
          tableOf(
            "Figures with 95% intervals",
            ["Figure", "Value"],
            [
              ["ROC AUC", between(figures.roc_auc)],
              ["Log loss", between(figures.log_loss)],
              ["Brier loss", between(figures.brier_loss)],
              ["Calibration error", between(figures.calibration_error)],
            ],
            [1],
          ),
        ]
      : [
          make(
            "p",
            { class: "app-note" },
            "Figures are told from ten customers on who left and ten who stayed.",
          ),
        ]),
    ...(found.calibration.length > 0 ? [calibrationChart(found.calibration)] : []),
  ];
}

const [width, height] = [320, 240];
const [left, right, top, bottom] = [46, 10, 10, 40];

/** What was promised along, what came upwards, each with its interval; on the line both are equal. */
function calibrationChart(bins: Monitoring["outcomes"]["calibration"]): HTMLElement {
  const most = Math.min(
    1,
    Math.max(...bins.map((bin) => Math.max(bin.observed_high, bin.mean_predicted))) * 1.05,
  );
  const x = (share: number): number => left + ((width - left - right) * share) / most;
  const y = (share: number): number => height - bottom - ((height - top - bottom) * share) / most;
  const words = bins
    .map((bin) => `${percent(bin.mean_predicted)} predicted, ${percent(bin.observed)} came`)
    .join("; ");
  const svg = draw("svg", {
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": `Calibration in fifths: ${words}`,
  });
  svg.append(draw("line", { class: "app-grid", x1: x(0), y1: y(0), x2: x(most), y2: y(most) }));
  for (const at of [0, most / 2, most])
    svg.append(
      draw("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, `${shown(100 * at)}%`),
      draw("text", { x: x(at), y: height - bottom + 16, "text-anchor": "middle" }, `${shown(100 * at)}%`),
    );
  svg.append(
    draw("text", { x: (width + left) / 2, y: height - 6, "text-anchor": "middle" }, "predicted to leave"),
  );
  for (const one of bins)
    svg.append(
      draw("line", {
        class: "app-interval",
        ...{ x1: x(one.mean_predicted), x2: x(one.mean_predicted) },
        ...{ y1: y(one.observed_low), y2: y(one.observed_high) },
      }),
      draw("circle", { class: "app-point", cx: x(one.mean_predicted), cy: y(one.observed), r: 4 }),
    );
  const figure = make(
    "figure",
    {},
    make("figcaption", {}, "Who left, by what was predicted: each point a fifth of the customers"),
  );
  figure.append(svg);
  return make("div", { class: "app-losses" }, figure);
}

days.addEventListener("change", () => void look());
takeOutcomes(look);
void look();
