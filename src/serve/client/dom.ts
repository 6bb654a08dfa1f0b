import type { Interval } from "../../evaluate/bootstrap.js";
import type { Problem as Told } from "../problem.js";

/** What went wrong, as the server says it, or where it is not reached, the page. */
export type Problem = Pick<Told, "title"> & Partial<Told>;

/** The element with this id, which the page must have. */
export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`Cannot find #${id}`);
  return found as T;
}

/** An element with attributes and children; text goes in as text, never as markup. */
export function make(
  tag: string,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** What a request came to: its value, or the problem that was told. */
export type Said<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** The answer's JSON, or the problem that it tells of; where the server asks for a key, the person is asked for it. */
export function send<T>(url: string, options: RequestInit): Promise<Said<T>> {
  return withKey(() => attempt<T>(url, options, (reply) => reply.json() as Promise<T>));
}

async function attempt<T>(
  url: string,
  options: RequestInit,
  read: (reply: Response) => Promise<T>,
): Promise<Said<T>> {
  try {
    const reply = await fetch(url, options);
    if (reply.ok) return { ok: true, value: await read(reply) };
    const problem = (await reply
      .json()
      .catch(() => ({ title: `The server answered ${reply.status}` }))) as Problem;
    return { ok: false, problem };
  } catch {
    return {
      ok: false,
      problem: { title: "The server cannot be reached", detail: "Check that it runs, then try again." },
    };
  }
}

/** A problem as a box that is read out. */
export function problemBox(problem: Problem): HTMLElement {
  return make(
    "p",
    { class: "app-problem", role: "alert" },
    problem.detail ? `${problem.title}: ${problem.detail}` : problem.title,
  );
}

/** What is wrong with a field, in words. */
export function ruleOf(field: HTMLInputElement | HTMLSelectElement): string {
  if (field.validity.valueMissing) return "must be given";
  if (field instanceof HTMLInputElement && field.type === "number") {
    if (field.validity.rangeUnderflow || field.validity.rangeOverflow)
      return `must be from ${field.min} to ${field.max}`;
    if (field.validity.stepMismatch)
      return field.step === "1" ? "must be a whole number" : "must have at most one decimal";
    return "must be a number";
  }
  return "must be as the hint says";
}

/** Says beside a field what is wrong with it; false where there is no such field. */
export function tellBeside(name: string, rule: string): boolean {
  const box = document.getElementById(`${name}-error`);
  if (!box) return false;
  box.textContent = rule;
  byId(name).setAttribute("aria-invalid", "true");
  return true;
}

/** Takes back what stands beside the fields of a form. */
export function clearBeside(form: HTMLElement): void {
  for (const box of form.querySelectorAll(".app-error")) box.textContent = "";
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
}

/** A number as the reports write it: 2,666; nothing is ever "-0". */
export function shown(value: number, digits = 0): string {
  const scale = 10 ** digits;
  const plain = Math.round(value * scale) === 0 ? 0 : value;
  return plain.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** 0.8452 (0.8295 to 0.8592) */
export function between({ estimate, low, high }: Interval, digits = 3): string {
  return `${shown(estimate, digits)} (${shown(low, digits)} to ${shown(high, digits)})`;
}

/** A share as a percentage with one decimal: 0.145 → "14.5%". */
export function percent(share: number): string {
  return `${shown(100 * share, 1)}%`;
}

/** A table with a caption; the columns numbered in `right` hold numbers. */
export function tableOf(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): HTMLElement {
  const cell = (tag: string, text: string, j: number): HTMLElement =>
    make(
      tag,
      {
        ...(right.includes(j) ? { class: "tl-num" } : {}),
        // On a phone a row is a card, whose cells say what they are.
        ...(tag === "th" ? { scope: "col" } : { "data-label": header[j] }),
      },
      text,
    );
  const head = make("tr", {}, ...header.map((text, j) => cell("th", text, j)));
  const body = make(
    "tbody",
    {},
    ...rows.map((row) => make("tr", {}, ...row.map((text, j) => cell("td", text, j)))),
  );
  const table = make("table", {}, make("caption", {}, caption), make("thead", {}, head), body);
  return make("div", { class: "tl-table", tabindex: "0", role: "region", "aria-label": caption }, table);
}

/** A column's values, each with a bar for either of two shares, to be unfolded below the words. */
export function sharesTable(
  words: string,
  caption: string,
  header: readonly [value: string, first: string, second: string],
  shares: readonly { readonly value: string; readonly of: readonly [number, number] }[],
  open: boolean,
): HTMLElement {
  const most = Math.max(...shares.flatMap(({ of }) => of), 1e-9);
  const rows = shares.map(({ value }) => [value, "", ""]);
  const table = tableOf(caption, header, rows);
  for (const [k, row] of [...table.querySelectorAll("tbody tr")].entries()) {
    for (const [j, share] of shares[k].of.entries()) {
      const bar = make("span", { class: `app-part ${j === 0 ? "app-real" : "app-made"}` });
      bar.style.width = `${(5 * share) / most}rem`;
      row.children[j + 1].append(bar, percent(share));
    }
  }
  const details = make("details", {}, make("summary", {}, words), table);
  details.toggleAttribute("open", open);
  return details;
}

/** Sends JSON and returns the answer's. */
export function change<T>(url: string, body: unknown): Promise<Said<T>> {
  return changeTo<T>(url, body, (reply) => reply.json() as Promise<T>);
}

/** Sends JSON and returns what `read` makes of the answer. */
export function changeTo<T>(
  url: string,
  body: unknown,
  read: (reply: Response) => Promise<T>,
  method = "POST",
): Promise<Said<T>> {
  const headers = { "content-type": "application/json" };
  return withKey(() => attempt(url, { method, headers, body: JSON.stringify(body) }, read));
}

let asking: Promise<boolean> | undefined;

/** Tries, and where the server asks for a key, lets the person sign in and tries again. */
export async function withKey<T>(again: () => Promise<Said<T>>): Promise<Said<T>> {
  const first = await again();
  if (first.ok || first.problem.status !== 401) return first;
  // Several parts of a page may find out at the same time.
  asking ??= signIn().finally(() => {
    asking = undefined;
  });
  return (await asking) ? again() : first;
}

/** Lets the person sign in with a key; a cookie, which no script can read, stands for it from then on. */
export async function signIn(): Promise<boolean> {
  for (let error = ""; ; ) {
    const key = await askForKey(error);
    if (!key) return false;
    const headers = { "content-type": "application/json" };
    const said = await attempt(
      "session",
      { method: "POST", headers, body: JSON.stringify({ key }) },
      async () => true,
    );
    if (said.ok) return true;
    error =
      said.problem.status === 401
        ? "The key that was given is not the server's."
        : (said.problem.detail ?? said.problem.title);
  }
}

/** Asks the person for a key; empty when they would rather not. */
function askForKey(error: string): Promise<string> {
  return new Promise((done) => {
    const input = make("input", {
      id: "key",
      type: "password",
      autocomplete: "off",
      "aria-describedby": "key-error",
      required: "",
    }) as HTMLInputElement;
    const form = make(
      "form",
      { method: "dialog" },
      make("h2", {}, "This server asks for its API key"),
      make("p", {}, "Whoever runs the server gives you one. You stay signed in for twelve hours."),
      make(
        "div",
        { class: "app-field" },
        make("label", { for: "key" }, "API key"),
        input,
        make("span", { class: "app-error", id: "key-error", role: "alert" }, error),
      ),
      make(
        "div",
        { class: "app-row" },
        make("button", { type: "submit", value: "use" }, "Use this key"),
        make("button", { type: "submit", value: "", formnovalidate: "" }, "Cancel"),
      ),
    );
    const dialog = make("dialog", { "aria-label": "API key" }, form) as HTMLDialogElement;
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "use" ? input.value.trim() : "");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Offers the bytes as a file to keep; it needs no server. */
export function saveAs(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
