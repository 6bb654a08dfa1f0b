import type { DescribedModel } from "../routes/models.js";
import type { BesideReal } from "../routes/synth-rows.js";
import { comparisonNodes } from "./beside.js";
import {
  byId,
  change,
  changeTo,
  clearBeside,
  make,
  percent,
  problemBox,
  saveAs,
  send,
  shown,
  tableOf,
  tellBeside,
} from "./dom.js";

type Model = Omit<DescribedModel, "metadata"> & {
  readonly metadata: {
    readonly data?: string;
    readonly rows?: number;
    readonly heldOut?: { readonly rows: number };
    readonly measured?: {
      readonly quality: number;
      readonly heldOut?: {
        readonly privacy: number;
        readonly privacyLow?: number;
        readonly privacyHigh?: number;
      };
    };
    readonly figures?: {
      readonly quality: number;
      readonly memorisation: number;
      readonly "memorisation, low"?: number;
      readonly "memorisation, high"?: number;
    };
  };
};

type Condition = string | number | { from?: number; to?: number };

const form = byId<HTMLFormElement>("generation");
const model = byId<HTMLSelectElement>("model");
const result = byId("result");
const download = byId<HTMLButtonElement>("download");
const compare = byId<HTMLButtonElement>("compare");
const comparison = byId("comparison");
let asked: { readonly model: string; readonly seed: string; readonly [more: string]: unknown } | undefined;

async function listModels(): Promise<void> {
  const said = await send<Model[]>("synth/models", {});
  if (!said.ok) {
    result.replaceChildren(problemBox(said.problem));
    return;
  }
  const group = (title: string, some: readonly Model[]): HTMLElement =>
    make(
      "optgroup",
      { label: title },
      ...some.map((model) =>
        make(
          "option",
          { value: `${model.name}@${model.version}` },
          `${model.name}, version ${model.version}${model.metadata.data ? ` (${model.metadata.data})` : ""}`,
        ),
      ),
    );
  const isPretrained = (model: Model): boolean => model.name.startsWith("pretrained");
  // The page's own words for a GAN; what is none stands apart.
  const isGan = (model: Model): boolean => /gan$|vanilla$/.test(model.kind);
  const groups: [string, Model[]][] = [
    ["Pretrained GAN", said.value.filter((model) => isPretrained(model) && isGan(model))],
    ["Self-trained GAN", said.value.filter((model) => !isPretrained(model) && isGan(model))],
    ["Other pretrained generators", said.value.filter((model) => isPretrained(model) && !isGan(model))],
    ["Other self-trained generators", said.value.filter((model) => !isPretrained(model) && !isGan(model))],
  ];
  model.replaceChildren(
    ...groups.filter(([, some]) => some.length > 0).map(([title, some]) => group(title, some)),
  );
  // The page that trained a generator names it.
  const wanted = new URLSearchParams(location.search).get("model");
  if (wanted !== null && said.value.some((model) => `${model.name}@${model.version}` === wanted))
    model.value = wanted;
  const tell = (): void => {
    const chosen = said.value.find((one) => `${one.name}@${one.version}` === model.value);
    byId("model-hint").textContent = chosen ? knownOf(chosen) : "";
  };
  model.addEventListener("change", tell);
  tell();
  if (said.value.length === 0)
    result.replaceChildren(
      make(
        "p",
        { class: "app-empty" },
        "There is no generator yet. ",
        make("a", { href: "training" }, "Train one first"),
        ".",
      ),
    );
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearBeside(form);
  const rows = Number(byId<HTMLInputElement>("rows").value);
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= 10_000_000))
    return fail("rows", "must be a whole number from 1 to 10000000");
  if (!model.value) return fail("model", "must be chosen; train one first");
  const where = conditions(byId<HTMLInputElement>("where").value);
  if (typeof where === "string") return fail("where", where);
  asked = {
    model: model.value,
    rows,
    seed: byId<HTMLInputElement>("seed").value,
    ...(Object.keys(where).length ? { where } : {}),
  };
  result.replaceChildren(make("p", {}, "Drawing the first rows …"));
  const said = await change<{ columns: string[]; rows: string[][]; notes: string[] }>("synth/preview", asked);
  download.disabled = !said.ok;
  compare.disabled = !said.ok;
  comparison.replaceChildren();
  // What is wrong with a field stands beside it.
  const beside = said.ok
    ? []
    : (said.problem.errors ?? []).filter((error) => tellBeside(error.field, error.rule));
  if (beside.length > 0) return result.replaceChildren();
  if (!said.ok) return result.replaceChildren(problemBox(said.problem));
  const { value } = said;
  result.replaceChildren(
    tableOf(`The first ${value.rows.length} of ${rows} rows`, value.columns, value.rows),
    ...value.notes.map((note) => make("p", {}, note)),
  );
});

download.addEventListener("click", async () => {
  download.disabled = true;
  try {
    const said = await changeTo<Blob>("synth/sample", asked, (reply) => reply.blob());
    if (said.ok) saveAs(said.value, "synthetic.csv");
    else result.prepend(problemBox(said.problem));
  } catch (error) {
    result.prepend(problemBox({ title: "The rows could not be drawn", detail: String(error) }));
  }
  download.disabled = false;
});

compare.addEventListener("click", async () => {
  if (!asked) return;
  compare.disabled = true;
  comparison.replaceChildren(make("p", {}, "Comparing 2,000 rows with the real ones …"));
  const { model: name, seed } = asked;
  const said = await change<BesideReal>("synth/compare", { model: name, seed });
  compare.disabled = false;
  comparison.replaceChildren(...(said.ok ? comparisonNodes(said.value) : [problemBox(said.problem)]));
});

/** What was found when the generator was made, before anything is compared anew. */
function knownOf({ metadata }: Model): string {
  const { measured, figures, heldOut } = metadata;
  const ends = (low?: number, high?: number): string =>
    low === undefined || high === undefined ? "" : ` (${percent(low)} to ${percent(high)})`;
  const kept = (memorised: number | undefined): number | undefined =>
    memorised === undefined ? undefined : 1 - Math.max(0, memorised);
  if (measured)
    return `When it was trained: quality ${percent(measured.quality)}, ${measured.heldOut && heldOut ? `privacy ${percent(measured.heldOut.privacy)}${ends(measured.heldOut.privacyLow, measured.heldOut.privacyHigh)}, against ${shown(heldOut.rows)} customers held out` : "privacy not measured, as no customers were held out"}.`;
  if (figures)
    return `When it was made from simulated customers: quality ${percent(figures.quality)}, privacy ${percent(1 - Math.max(0, figures.memorisation))}${ends(kept(figures["memorisation, high"]), kept(figures["memorisation, low"]))}, against simulated customers it never saw.`;
  return "";
}

/** `Contract=Two year, tenure>=12` as the API takes it, or what is wrong with it. */
function conditions(text: string): Record<string, Condition> | string {
  const where: Record<string, Condition> = {};
  for (const part of text
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "")) {
    const match = /^(.+?)\s*(>=|<=|=)\s*(.*)$/.exec(part);
    if (!match) return `${part}: must be Column=Value, Column>=Number or Column<=Number`;
    const [, name, sign, value] = match;
    if (sign === "=") {
      where[name] = value;
      continue;
    }
    if (value === "" || !Number.isFinite(Number(value))) return `${part}: must compare with a number`;
    const range = typeof where[name] === "object" ? where[name] : {};
    where[name] = { ...range, [sign === ">=" ? "from" : "to"]: Number(value) };
  }
  return where;
}

function fail(id: string, words: string): void {
  tellBeside(id, words);
  byId(id).focus();
}

void listModels();
