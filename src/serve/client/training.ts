import {
  byId,
  change,
  clearBeside,
  make,
  problemBox,
  ruleOf,
  send,
  shown,
  tableOf,
  tellBeside,
} from "./dom.js";
import type { Asked, EventLot } from "./events.js";
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
  /** Why a job is back in the queue. */
  readonly note?: string;
  readonly result?: {
    readonly model?: string;
    readonly version?: number;
    readonly rows?: number;
    readonly heldOut?: number;
    readonly quality?: number;
    readonly privacy?: number;
    readonly privacyLow?: number;
    readonly privacyHigh?: number;
    /** Of a differentially private model, which says nothing else of its data. */
    readonly epsilon?: number;
    readonly seconds?: number;
    readonly backend?: string;
    readonly duplicates?: number;
    /** What is to be known of how it was learnt. */
    readonly notes?: readonly string[];
  };
}

const form = byId<HTMLFormElement>("training");
const method = byId<HTMLSelectElement>("method");
const status = byId("status");
const bar = byId<HTMLProgressElement>("bar");
const stop = byId<HTMLButtonElement>("stop");
const path = localStorage.getItem("telelink.path");
byId("data").textContent = path ?? "none chosen yet";
let current: number | undefined;

/** Whether the chosen method uses the field: where it does not, the field is hidden. */
function used(id: string): boolean {
  return byId(id).closest("[hidden]") === null;
}

function showOptions(): void {
  for (const one of form.querySelectorAll<HTMLElement>("[data-methods]"))
    one.hidden = !(one.dataset.methods ?? "").split(" ").includes(method.value);
}
method.addEventListener("change", showOptions);
showOptions();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearBeside(form);
  if (!path) {
    status.replaceChildren(
      make(
        "p",
        { class: "app-problem", role: "alert" },
        "Choose a data path first: ",
        make("a", { href: "config" }, "Model Config"),
      ),
    );
    return;
  }
  const value = (id: string): string => byId<HTMLInputElement>(id).value.trim();
  const wrong = [...form.querySelectorAll<HTMLInputElement>("input")].filter(
    (input) => !input.closest("[hidden]") && !input.checkValidity(),
  );
  for (const input of wrong)
    tellBeside(
      input.name,
      input.step === "1" && !input.validity.valueMissing
        ? `must be a whole number from ${input.min} to ${input.max}`
        : ruleOf(input),
    );
  if (wrong.length > 0) {
    wrong[0].focus();
    return;
  }
  const said = await change<Job>("synth/train", {
    path,
    method: method.value,
    name: value("name"),
    ...(used("epochs") ? { epochs: Number(value("epochs")) } : {}),
    ...(used("epsilon") ? { epsilon: Number(value("epsilon")) } : {}),
    ...(used("seed") ? { seed: value("seed") } : {}),
    ...(used("held_out") ? { held_out: Number(value("held_out")) / 100 } : {}),
  });
  if (!said.ok) {
    // What is wrong with a field stands beside it; the rest in the status bar.
    const beside = (said.problem.errors ?? []).filter((error) => tellBeside(error.field, error.rule));
    status.replaceChildren(
      beside.length > 0
        ? make("p", { class: "app-empty" }, "Nothing is being trained.")
        : problemBox(said.problem),
    );
    return;
  }
  follow(said.value.id);
  await list();
});

stop.addEventListener("click", async () => {
  if (current !== undefined) await change(`jobs/${current}/stop`, {});
});

/** Hands on a job's events in lots, as they come; one stream serves all tabs of the browser. */
function eventsOf(job: number, take: (events: readonly Step[], ended: boolean) => void): void {
  if (typeof SharedWorker === "undefined") {
    const source = new EventSource(`jobs/${job}/events`);
    source.onmessage = ({ data }: MessageEvent<string>) => take([JSON.parse(data) as Step], false);
    source.addEventListener("end", () => {
      source.close();
      take([], true);
    });
    return;
  }
  const { port } = new SharedWorker("assets/events.js", { type: "module", name: "telelink events" });
  port.onmessage = ({ data }: MessageEvent<EventLot>) => take(data.events as readonly Step[], data.ended);
  port.postMessage({ job } satisfies Asked);
  addEventListener("pagehide", () => port.postMessage("leave"));
  // A page that comes back from the browser's memory follows anew.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

/** Shows a job as it goes: however many events come at once, the page is drawn once. */
function follow(id: number): void {
  current = id;
  stop.disabled = false;
  bar.hidden = false;
  bar.removeAttribute("value");
  let phase = "";
  let began = 0;
  let first = true;
  let last: Step | undefined;
  let drawn = true;
  const losses: Record<string, number[]> = {};
  const take = (step: Step): void => {
    last = step;
    // What a training did before its server ended is done again.
    if (step.state) {
      if (step.state === "running") for (const name of Object.keys(losses)) delete losses[name];
      return;
    }
    if (step.phase !== phase) {
      phase = step.phase ?? "";
      began = Date.now();
    }
    for (const [name, value] of Object.entries(step.figures ?? {})) {
      if (!Number.isFinite(value)) continue;
      losses[name] ??= [];
      losses[name].push(value);
    }
  };
  const draw = (): void => {
    drawn = true;
    if (!last) return;
    byId("chart").replaceChildren(...lossCharts(losses));
    if (last.state) {
      status.replaceChildren(describe(id, last));
      return;
    }
    const share = last.total ? (last.done ?? 0) / last.total : 0;
    if (share > 0) bar.value = share;
    const seconds = ((Date.now() - began) / 1000) * (1 / Math.max(share, 0.01) - 1);
    const left =
      share > 0.002 && share < 1 && Date.now() - began > 1000 ? `, about ${shown(seconds)} s left` : "";
    const figures = Object.entries(last.figures ?? {})
      .map(([name, value]) => `, ${name} ${shown(value, 3)}`)
      .join("");
    status.replaceChildren(
      make("p", {}, `Training ${id}: ${phase}, ${shown(100 * share)}%${left}${figures}`),
    );
  };
  eventsOf(id, (events, ended) => {
    for (const step of events) take(step);
    // What came before this page was opened says nothing of how fast it goes.
    if (first) began = Date.now();
    first = false;
    if (drawn) requestAnimationFrame(draw);
    drawn = false;
    if (!ended) return;
    stop.disabled = true;
    bar.hidden = true;
    void list();
  });
}

/** What a model was learned from, and how it was judged; of a private one, its guarantee. */
function learnedFrom({
  rows = 0,
  heldOut = 0,
  quality = 0,
  privacy,
  privacyLow = 0,
  privacyHigh = 1,
  epsilon,
}: NonNullable<Step["result"]>): string {
  if (epsilon !== undefined) return `with differential privacy, ε = ${shown(epsilon, 3)}`;
  const kept = heldOut > 0 ? `${shown(heldOut)} held out` : "none held out";
  const measured =
    privacy === undefined
      ? "not measured"
      : `${shown(100 * privacy, 1)}% (${shown(100 * privacyLow, 1)} to ${shown(100 * privacyHigh, 1)}%)`;
  return `from ${shown(rows)} rows, ${kept}; quality ${shown(100 * quality, 1)}%, privacy ${measured}`;
}

function describe(id: number, step: Step): HTMLElement {
  // A stopped net leaves a model too: what it had learnt by then.
  if (step.result?.model && (step.state === "done" || step.state === "stopped")) {
    const { model, version, seconds = 0, backend, duplicates = 0 } = step.result;
    const left = duplicates > 0 ? [`${shown(duplicates)} rows repeat a customer and are left out`] : [];
    const all = [...left, ...(step.result.notes ?? [])];
    const notes = all.length > 0 ? [make("ul", {}, ...all.map((one) => make("li", {}, one)))] : [];
    return make(
      "p",
      { role: "status" },
      `Training ${id} ${step.state === "done" ? "is done" : "was stopped and kept"}: ${model}, version ${version}, learned in ${shown(seconds, 1)} s ${backend === undefined ? "" : `on ${backend} `}${learnedFrom(step.result)}. `,
      make(
        "a",
        { href: `generation?model=${encodeURIComponent(`${model}@${version}`)}` },
        "Generate data with it",
      ),
      ...notes,
    );
  }
  if (step.state === "failed")
    return make(
      "p",
      { class: "app-problem", role: "alert" },
      `Training ${id} failed: ${step.error ?? "no reason was given"}`,
    );
  const words: Record<string, string> = {
    queued: step.note ? "was interrupted, as the server ended; it begins again" : "waits for its turn",
    running: "has begun",
    stopped: "was stopped",
    interrupted: "was given up, as the server ended while it ran; train again",
  };
  return make("p", {}, `Training ${id} ${words[step.state ?? ""] ?? step.state}.`);
}

async function list(): Promise<void> {
  const said = await send<Job[]>("jobs", {});
  // A server that starts anew is back in a few seconds.
  if (!said.ok) setTimeout(() => void list(), 3000);
  if (!said.ok || said.value.length === 0) return;
  const rows = said.value.map((job) => [
    String(job.id),
    job.state,
    job.input.file ?? "",
    job.input.method ?? "",
    job.result?.model ? `${job.result.model}@${job.result.version}` : (job.error ?? ""),
    new Date(job.created).toLocaleString(),
  ]);
  byId("jobs").replaceChildren(
    tableOf("The newest first", ["Number", "State", "Data", "Method", "Result", "Asked for"], rows),
  );
  const live = said.value.find((job) => job.state === "running" || job.state === "queued");
  if (live && current === undefined) follow(live.id);
}

void list();
