import { byId, change, make, problemBox, send, shown, tableOf } from "./dom.js";
import { lossCharts } from "./losses.js";

interface Job {
  readonly id: number;
  readonly state: string;
  readonly input: {
    readonly file?: string;
    readonly method?: string;
    readonly epochs?: number;
    readonly name?: string;
  };
  readonly result?: { readonly model?: string; readonly version?: number; readonly seconds?: number };
  readonly error?: string;
  readonly created: string;
}

interface Step {
  readonly state?: string;
  readonly phase?: string;
  readonly done?: number;
  readonly total?: number;
  readonly figures?: Record<string, number>;
  readonly error?: string;
  readonly result?: {
    readonly model?: string;
    readonly version?: number;
    readonly rows?: number;
    readonly heldOut?: number;
    readonly quality?: number;
    readonly privacy?: number;
    /** Of a differentially private model, which says nothing else of its data. */
    readonly epsilon?: number;
    readonly seconds?: number;
    readonly backend?: string;
  };
}

const form = byId<HTMLFormElement>("training");
const status = byId("status");
const bar = byId<HTMLProgressElement>("bar");
const stop = byId<HTMLButtonElement>("stop");
const path = localStorage.getItem("telelink.path");
byId("data").textContent = path ?? "none chosen yet";
let current: number | undefined;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const box of form.querySelectorAll(".app-error")) box.textContent = "";
  if (!path) {
    status.replaceChildren(
      make(
        "p",
        { class: "app-problem", role: "alert" },
        "Choose a data path first: ",
        make("a", { href: "/config" }, "Model Config"),
      ),
    );
    return;
  }
  const value = (id: string): string => byId<HTMLInputElement>(id).value.trim();
  const epochs = Number(value("epochs"));
  if (!(Number.isInteger(epochs) && epochs >= 1 && epochs <= 10_000)) {
    byId("epochs-error").textContent = "must be a whole number from 1 to 10000";
    byId("epochs").focus();
    return;
  }
  const heldOut = Number(value("held"));
  if (!(heldOut >= 0 && heldOut <= 50)) {
    byId("held-error").textContent = "must be from 0 to 50";
    byId("held").focus();
    return;
  }
  const epsilon = Number(value("epsilon"));
  if (!(epsilon >= 0.001 && epsilon <= 1000)) {
    byId("epsilon-error").textContent = "must be a number from 0.001 to 1000";
    byId("epsilon").focus();
    return;
  }
  const said = await change<Job>("/synth/train", {
    path,
    held_out: heldOut / 100,
    method: value("method"),
    epochs,
    epsilon,
    seed: value("seed"),
    name: value("name"),
  });
  if (!said.ok) {
    status.replaceChildren(problemBox(said.problem));
    return;
  }
  follow(said.value.id);
  await list();
});

stop.addEventListener("click", async () => {
  if (current !== undefined) await change(`/jobs/${current}/stop`, {});
});

/** Shows a job as it goes; EventSource comes back by itself, with the number of the last event it saw. */
function follow(id: number): void {
  current = id;
  stop.disabled = false;
  bar.hidden = false;
  bar.removeAttribute("value");
  let phase = "";
  let began = 0;
  const losses: Record<string, number[]> = {};
  const source = new EventSource(`/jobs/${id}/events`);
  source.addEventListener("end", () => {
    source.close();
    stop.disabled = true;
    bar.hidden = true;
    void list();
  });
  source.onmessage = (message: MessageEvent<string>) => {
    const step = JSON.parse(message.data) as Step;
    if (step.state) {
      status.replaceChildren(describe(id, step));
      return;
    }
    if (step.phase !== phase) {
      phase = step.phase ?? "";
      began = Date.now();
    }
    const share = step.total ? (step.done ?? 0) / step.total : 0;
    if (share > 0) bar.value = share;
    const seconds = ((Date.now() - began) / 1000) * (1 / Math.max(share, 0.01) - 1);
    const left = share > 0.02 && share < 1 ? `, about ${shown(seconds)} s left` : "";
    const figures = Object.entries(step.figures ?? {})
      .map(([name, value]) => `, ${name} ${shown(value, 3)}`)
      .join("");
    status.replaceChildren(
      make("p", {}, `Training ${id}: ${phase}, ${shown(100 * share)} %${left}${figures}`),
    );
    for (const [name, value] of Object.entries(step.figures ?? {})) {
      if (!Number.isFinite(value)) continue;
      losses[name] ??= [];
      losses[name].push(value);
    }
    byId("chart").replaceChildren(...lossCharts(losses));
  };
}

/** What a model was learned from, and how it was judged; of a private one, its guarantee. */
function learnedFrom({
  rows = 0,
  heldOut = 0,
  quality = 0,
  privacy,
  epsilon,
}: NonNullable<Step["result"]>): string {
  if (epsilon !== undefined) return `with differential privacy, ε = ${shown(epsilon, 3)}`;
  const kept = heldOut > 0 ? `${shown(heldOut)} held out` : "none held out";
  const measured = privacy === undefined ? "not measured" : `${shown(100 * privacy, 1)} %`;
  return `from ${shown(rows)} rows, ${kept}; quality ${shown(100 * quality, 1)} %, privacy ${measured}`;
}

function describe(id: number, step: Step): HTMLElement {
  // A stopped net leaves a model too: what it had learnt by then.
  if (step.result?.model && (step.state === "done" || step.state === "stopped")) {
    const { model, version, seconds = 0, backend } = step.result;
    return make(
      "p",
      { role: "status" },
      `Training ${id} ${step.state === "done" ? "is done" : "was stopped and kept"}: ${model}, version ${version}, learned in ${shown(seconds, 1)} s ${backend === undefined ? "" : `on ${backend} `}${learnedFrom(step.result)}. `,
      make(
        "a",
        { href: `/generation?model=${encodeURIComponent(`${model}@${version}`)}` },
        "Generate data with it",
      ),
    );
  }
  if (step.state === "failed")
    return make(
      "p",
      { class: "app-problem", role: "alert" },
      `Training ${id} failed: ${step.error ?? "no reason was given"}`,
    );
  const words: Record<string, string> = {
    queued: "waits for its turn",
    running: "has begun",
    stopped: "was stopped",
    interrupted: "was interrupted, as the server ended; train again",
  };
  return make("p", {}, `Training ${id} ${words[step.state ?? ""] ?? step.state}.`);
}

async function list(): Promise<void> {
  const said = await send<Job[]>("/jobs", {});
  // A server that starts anew is back in a few seconds.
  if (!said.ok) setTimeout(() => void list(), 3000);
  if (!said.ok || said.value.length === 0) return;
  const rows = said.value.map((one) => [
    String(one.id),
    one.state,
    one.input.file ?? "",
    one.input.method ?? "",
    one.result?.model ? `${one.result.model}@${one.result.version}` : (one.error ?? ""),
    new Date(one.created).toLocaleString(),
  ]);
  byId("jobs").replaceChildren(
    tableOf("The newest first", ["Number", "State", "Data", "Method", "Result", "Asked for"], rows),
  );
  const live = said.value.find((one) => one.state === "running" || one.state === "queued");
  if (live && current === undefined) follow(live.id);
}

void list();
