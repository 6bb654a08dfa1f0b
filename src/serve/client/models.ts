import type { Champion } from "../routes/models.js";
import { showChallenger } from "./challenger.js";
import { byId, change, changeTo, make, problemBox, send, tableOf } from "./dom.js";
import { beside, type Model } from "./model-facts.js";

const form = byId<HTMLFormElement>("promote");
const model = byId<HTMLSelectElement>("model");
const other = byId<HTMLSelectElement>("other");
const rival = byId<HTMLSelectElement>("rival");
const reason = byId<HTMLInputElement>("reason");
let models: readonly Model[] = [];

const nameOf = (model: Model): string => `${model.name}@${model.version}`;

function compare(): void {
  const [one, two] = [model, other].map((list) => models.find((known) => nameOf(known) === list.value));
  byId("comparison").replaceChildren(
    ...(one && two
      ? [tableOf("Side by side", ["What is known", nameOf(one), nameOf(two)], beside(one, two))]
      : []),
  );
}

async function list(): Promise<void> {
  const [found, serving] = [
    await send<Model[]>("models/described", {}),
    await send<Champion>("models/champion", {}),
  ];
  if (!found.ok || !serving.ok) {
    byId("serving").replaceChildren(
      problemBox(found.ok ? (serving as { problem: { title: string } }).problem : found.problem),
    );
    return;
  }
  models = found.value;
  const { model: now, source, problem, history } = serving.value;
  const options = (): HTMLElement[] =>
    models.map((model) => make("option", { value: nameOf(model) }, nameOf(model)));
  model.replaceChildren(...options());
  other.replaceChildren(...options());
  rival.replaceChildren(...options());
  await showChallenger();
  if (models.some((model) => nameOf(model) === now)) other.value = now;
  byId("serving").replaceChildren(
    make(
      "p",
      {},
      make("strong", {}, now),
      source === "champion"
        ? " answers, as the champion."
        : " answers: it was trained when the server started.",
    ),
    ...(problem ? [problemBox({ title: "The champion does not answer", detail: problem })] : []),
  );
  if (history.length === 0)
    byId("history").replaceChildren(
      make("p", { class: "app-empty" }, "Nothing was promoted yet: the model trained at the start answers."),
    );
  else
    byId("history").replaceChildren(
      tableOf(
        "The newest first",
        ["When", "Who", "Model", "Before", "Reason"],
        history.map((one) => [
          new Date(one.at).toLocaleString(),
          one.who,
          one.model,
          one.before ?? "none",
          one.reason || "none given",
        ]),
      ),
    );
  byId<HTMLButtonElement>("rollback").disabled = history[0]?.before === undefined;
  compare();
}

async function done(work: ReturnType<typeof change<{ model: string }>>): Promise<void> {
  const said = await work;
  byId("result").replaceChildren(
    said.ok
      ? make("p", { role: "status" }, `${said.value.model} answers from now on.`)
      : problemBox(said.problem),
  );
  if (said.ok) await list();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = reason.value.trim();
  byId("reason-error").textContent = given === "" ? "must be given" : "";
  reason.toggleAttribute("aria-invalid", given === "");
  if (given === "") return reason.focus();
  void done(
    changeTo("models/champion", { model: model.value, reason: given }, (reply) => reply.json(), "PUT"),
  );
});
byId("rollback").addEventListener("click", () => {
  void done(change("models/champion/rollback", { reason: reason.value.trim() }));
});
model.addEventListener("change", compare);
other.addEventListener("change", compare);
void list();
