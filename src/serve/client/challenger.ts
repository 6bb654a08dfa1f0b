import type { Interval } from "../../evaluate/bootstrap.js";
import type { Challenger } from "../routes/challenger.js";
import type { Comparison } from "../routes/comparison.js";
import {
  between,
  byId,
  changeTo,
  make,
  percent,
  problemBox,
  ruleOf,
  type Said,
  send,
  shown,
  tableOf,
  tellBeside,
} from "./dom.js";

const form = byId<HTMLFormElement>("challenge");
const mode = byId<HTMLSelectElement>("mode");
const share = byId<HTMLInputElement>("share");
const end = byId<HTMLButtonElement>("end");

const betweenIf = (interval: Interval | undefined): string => (interval ? between(interval) : "not known");

/** Shows which model is tried out, and how it does beside the one that answers. */
export async function showChallenger(): Promise<void> {
  const said = await send<Challenger>("models/challenger", {});
  end.disabled = !said.ok;
  byId("trial").replaceChildren();
  if (!said.ok) {
    const none = make("p", { class: "app-empty" }, "No model is tried out beside the one that answers.");
    byId("challenger").replaceChildren(said.problem.status === 404 ? none : problemBox(said.problem));
    return;
  }
  const { model, since, problem, failures } = said.value;
  const how =
    said.value.mode === "share"
      ? `answers ${percent(said.value.share)} of the customers`
      : "is asked in shadow";
  byId("challenger").replaceChildren(
    make("p", {}, make("strong", {}, model), ` ${how}, since ${new Date(since).toLocaleString()}.`),
    ...(problem
      ? [
          problemBox({
            title: failures > 0 ? `It failed ${failures} times` : "It takes no part",
            detail: problem,
          }),
        ]
      : []),
  );
  const found = await send<Comparison>("models/comparison", {});
  byId("trial").replaceChildren(...(found.ok ? comparison(found.value) : [problemBox(found.problem)]));
}

type Figure = keyof NonNullable<Comparison["champion"]["figures"]>;

function comparison({ champion, challenger, agreement, paired }: Comparison): Node[] {
  const { customers, same_risk: same } = agreement;
  const row = (name: string, figure: Figure): string[] => [
    name,
    betweenIf(champion.figures?.[figure]),
    betweenIf(challenger.figures?.[figure]),
    betweenIf(paired.differences?.[figure]),
  ];
  const mean = ({ mean_churn_probability: p }: Comparison["champion"]): string =>
    p === null ? "none" : percent(p);
  return [
    make("p", { role: "status" }, paired.verdict),
    tableOf(
      "Side by side since the trial began; figures with 95% intervals",
      ["What", champion.model, challenger.model, "Difference"],
      [
        ["Customers answered", shown(champion.answered), shown(challenger.answered), ""],
        ["Asked in shadow", shown(champion.shadow), shown(challenger.shadow), ""],
        ["Mean probability", mean(champion), mean(challenger), ""],
        [
          "Outcomes known",
          shown(champion.outcomes),
          shown(challenger.outcomes),
          `${shown(paired.outcomes)} of both`,
        ],
        row("Log loss", "log_loss"),
        row("Brier loss", "brier_loss"),
        row("ROC AUC", "roc_auc"),
        row("Calibration error", "calibration_error"),
      ],
      [1, 2, 3],
    ),
    make(
      "p",
      { class: "app-note" },
      customers === 0
        ? "No customer with a customer_id was asked of yet."
        : `Both were asked of ${shown(customers)} customers with a customer_id: the risk level is the same for ${percent(same / customers)}.`,
    ),
  ];
}

/** What came of a change, and then the state anew. */
async function shownAfter(work: Promise<Said<Challenger>>): Promise<void> {
  const said = await work;
  if (said.ok) return showChallenger();
  if ((said.problem.errors ?? []).every((error) => !tellBeside(error.field, error.rule)))
    byId("trial").replaceChildren(problemBox(said.problem));
}

mode.addEventListener("change", () => {
  byId("share-field").hidden = mode.value !== "share";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const wrong = mode.value === "share" && !share.checkValidity() ? ruleOf(share) : "";
  byId("share-error").textContent = wrong;
  share.toggleAttribute("aria-invalid", wrong !== "");
  if (wrong !== "") return share.focus();
  const body = {
    model: byId<HTMLSelectElement>("rival").value,
    mode: mode.value,
    ...(mode.value === "share" ? { share: Number(share.value) / 100 } : {}),
    reason: byId<HTMLInputElement>("why").value.trim(),
  };
  void shownAfter(changeTo("models/challenger", body, (reply) => reply.json(), "PUT"));
});
end.addEventListener("click", () => {
  const reason = encodeURIComponent(byId<HTMLInputElement>("why").value.trim());
  void shownAfter(send<Challenger>(`models/challenger?reason=${reason}`, { method: "DELETE" }));
});
