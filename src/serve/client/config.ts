import type { DataCheck } from "../routes/synth.js";
import { byId, change, make, problemBox, type Said, send, shown, tableOf, withKey } from "./dom.js";

const path = byId<HTMLInputElement>("path");
const result = byId("result");
path.value = localStorage.getItem("telelink.path") ?? "";

/** Checks the path and shows what was found; returns whether it can be used. */
async function check(): Promise<DataCheck | undefined> {
  const wanted = path.value.trim();
  const error = byId("path-error");
  error.textContent = wanted === "" ? "must be given" : "";
  path.toggleAttribute("aria-invalid", wanted === "");
  if (wanted === "") {
    path.focus();
    return undefined;
  }
  result.replaceChildren(make("p", {}, "Reading and checking the file …"));
  const said = await change<DataCheck>("synth/check", { path: wanted });
  if (!said.ok) {
    // What is wrong with the path stands beside it.
    if (said.problem.status === 422) {
      error.textContent = said.problem.detail ?? said.problem.title;
      path.setAttribute("aria-invalid", "true");
      result.replaceChildren(make("p", { class: "app-empty" }, "The file could not be read."));
      path.focus();
    } else result.replaceChildren(problemBox(said.problem));
    return undefined;
  }
  path.removeAttribute("aria-invalid");
  result.replaceChildren(...found(said.value));
  return said.value;
}

function found({ rows, rejected, duplicates, notes, columns, problems }: DataCheck): Node[] {
  const nodes: Node[] = [
    make("h2", {}, "What was found"),
    make(
      "p",
      {},
      `${shown(rows)} rows in ${columns.length} columns${rejected > 0 ? `; ${shown(rejected)} rows can't be used` : ""}${duplicates > 0 ? `; ${shown(duplicates)} repeat a customer and are left out` : ""}.`,
    ),
    ...notes.map((text) => make("p", {}, `${text}.`)),
  ];
  if (problems.length > 0) {
    const list = make("ul");
    for (const text of problems) list.append(make("li", {}, text));
    nodes.push(make("div", { class: "app-problem" }, make("p", {}, "Problems:"), list));
  }
  nodes.push(
    tableOf(
      "Columns",
      ["Column", "Type", "Missing", "Holds"],
      columns.map((column) => [column.name, column.type, shown(column.missing), column.summary]),
      [2],
    ),
  );
  return nodes;
}

byId<HTMLFormElement>("config").addEventListener("submit", (event) => {
  event.preventDefault();
  void check();
});

byId("use").addEventListener("click", async () => {
  const checked = await check();
  if (!checked) return;
  // The file itself, where a folder was named that holds one.
  localStorage.setItem("telelink.path", checked.path);
  result.prepend(
    make(
      "p",
      { role: "status" },
      `${checked.path} will be used. `,
      make("a", { href: "training" }, "Train a model on it"),
    ),
  );
});

byId<HTMLFormElement>("upload").addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = byId<HTMLInputElement>("file");
  const file = input.files?.[0];
  const tell = (text: string): void => {
    byId("file-error").textContent = text;
    input.toggleAttribute("aria-invalid", text !== "");
  };
  tell(!file ? "choose a file first" : file.size > Number(input.dataset.most) ? "the file is too large" : "");
  if (!file || file.size > Number(input.dataset.most)) return input.focus();
  result.replaceChildren(make("p", {}, "Sending the file …"));
  const said = await withKey(() => upload(file));
  if (!said.ok) {
    result.replaceChildren(problemBox(said.problem));
    return;
  }
  await list();
  path.value = said.value.path;
  await check();
});

async function upload(file: File): Promise<Said<{ path: string }>> {
  const reply = await fetch(`synth/files/${encodeURIComponent(file.name)}`, {
    method: "PUT",
    headers: { "content-type": "text/csv" },
    body: file,
  }).catch(() => undefined);
  const body = await reply?.json().catch(() => undefined);
  if (reply?.ok) return { ok: true, value: body };
  return { ok: false, problem: body ?? { title: "The file could not be sent", detail: "Try again." } };
}

async function list(): Promise<void> {
  const said = await send<string[]>("synth/files", {});
  const hint = byId("path-hint");
  if (!said.ok) {
    hint.textContent = said.problem.title;
    return;
  }
  const n = said.value.length;
  hint.textContent =
    n === 0
      ? "The data folder holds no CSV file yet: send one below"
      : `${n} CSV ${n === 1 ? "file" : "files"} found${n > 5 ? "" : `: ${said.value.join(", ")}`}`;
  byId("files").replaceChildren(...said.value.map((text) => make("option", { value: text })));
}

void list();
