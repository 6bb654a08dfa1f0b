import { byId, make, problemBox, send, shown, tableOf } from "./dom.js";

interface Checked {
  readonly path: string;
  readonly rows: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly missing: number;
    readonly summary: string;
  }[];
  readonly problems: readonly string[];
}

const form = byId<HTMLFormElement>("config");
const path = byId<HTMLInputElement>("path");
const use = byId<HTMLButtonElement>("use");
const result = byId("result");
path.value = localStorage.getItem("telelink.path") ?? "";

path.addEventListener("input", () => {
  use.disabled = true;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("path-error").textContent = path.value.trim() === "" ? "must be given" : "";
  if (path.value.trim() === "") {
    path.focus();
    return;
  }
  result.replaceChildren(make("p", {}, "Reading and checking the file …"));
  const said = await send<Checked>("/synth/check", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ path: path.value.trim() }),
  });
  use.disabled = !said.ok;
  if (!said.ok) {
    result.replaceChildren(problemBox(said.problem));
    return;
  }
  const { rows, rejected, duplicates, columns, problems } = said.value;
  const nodes: Node[] = [
    make("h2", {}, "What was found"),
    make(
      "p",
      {},
      `${shown(rows)} rows in ${columns.length} columns${rejected > 0 ? `; ${shown(rejected)} rows can't be used` : ""}${duplicates > 0 ? `; ${shown(duplicates)} repeat a customer and are left out` : ""}.`,
    ),
  ];
  if (problems.length > 0) {
    const list = make("ul");
    for (const one of problems) list.append(make("li", {}, one));
    nodes.push(make("div", { class: "app-problem" }, make("p", {}, "Problems:"), list));
  }
  nodes.push(
    tableOf(
      "Columns",
      ["Column", "Type", "Missing", "Holds"],
      columns.map((one) => [one.name, one.type, shown(one.missing), one.summary]),
      [2],
    ),
  );
  result.replaceChildren(...nodes);
});

use.addEventListener("click", () => {
  localStorage.setItem("telelink.path", path.value.trim());
  result.prepend(
    make(
      "p",
      { role: "status" },
      "This data path will be used. ",
      make("a", { href: "/training" }, "Train a model on it"),
    ),
  );
});
