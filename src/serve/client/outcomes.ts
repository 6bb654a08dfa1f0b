import type { OutcomesKept } from "../routes/outcomes.js";
import { byId, clearBeside, make, problemBox, send, shown, tableOf, tellBeside, withKey } from "./dom.js";

const mostShown = 20;
const form = byId<HTMLFormElement>("outcomes");
const input = byId<HTMLInputElement>("file");
const place = byId("sent");

/** Sends files of outcomes; `after` is done when some were kept. */
export function takeOutcomes(after: () => Promise<void>): void {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = input.files?.[0];
    const most = Number(input.dataset.most);
    const rule = !file
      ? "choose a file first"
      : file.size > most
        ? `must have at most ${shown(most)} bytes`
        : "";
    clearBeside(form);
    if (!file || rule) {
      tellBeside("file", rule);
      return input.focus();
    }
    place.replaceChildren(make("p", {}, "Sending …"));
    const headers = { "content-type": "text/csv" };
    const said = await withKey(() => send<OutcomesKept>("outcomes", { method: "POST", headers, body: file }));
    place.replaceChildren(...(said.ok ? told(said.value) : [problemBox(said.problem)]));
    if (said.ok) await after();
  });
}

const counted = (n: number, what: string): string => `${shown(n)} ${what}${n === 1 ? "" : "s"}`;

function told({ kept, replaced, rejected, errors, unused_columns: unused = [] }: OutcomesKept): Node[] {
  const again = replaced > 0 ? `, ${shown(replaced)} of them in place of earlier ones` : "";
  return [
    make(
      "p",
      {},
      `${counted(kept, "outcome")} kept${again}${rejected > 0 ? `; ${counted(rejected, "row")} can't be used` : ""}.`,
    ),
    ...(unused.length > 0 ? [make("p", { class: "app-note" }, `Not used: ${unused.join(", ")}.`)] : []),
    ...(errors.length > 0
      ? [
          tableOf(
            "Rows that can't be used",
            ["Row", "Column", "Rule"],
            errors.slice(0, mostShown).map((one) => [shown(one.row), one.field, one.rule]),
            [0],
          ),
        ]
      : []),
    ...(errors.length > mostShown
      ? [make("p", { class: "app-note" }, `… and ${shown(errors.length - mostShown)} more`)]
      : []),
  ];
}
