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

export interface Problem {
  readonly title: string;
  readonly status?: number;
  readonly detail?: string;
  readonly errors?: readonly { readonly field: string; readonly rule: string }[];
}

/** The answer's body, or the problem that it tells of. */
export async function send<T>(
  url: string,
  options: RequestInit,
): Promise<{ ok: true; value: T } | { ok: false; problem: Problem }> {
  try {
    const reply = await fetch(url, options);
    if (reply.ok) return { ok: true, value: (await reply.json()) as T };
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

/** A number in the reader's own way of writing. */
export function shown(value: number, digits = 0): string {
  return value.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export interface Prediction {
  readonly customer_id?: string;
  readonly churn_probability: number;
  readonly risk_level: "High" | "Medium" | "Low";
  readonly clv: number;
  readonly clv_interval: readonly [number, number];
  readonly recommended_action: string;
  readonly expected_profit: number;
  readonly reasons?: readonly {
    readonly field: string;
    readonly value: string;
    readonly contribution: number;
  }[];
  readonly model: string;
  readonly data: string;
  readonly simulated_value: boolean;
}

/** What one change would make of a customer. */
export interface Change {
  readonly field: string;
  readonly from: string | number;
  readonly to: string | number;
  readonly churn_probability: number;
  readonly risk_level: string;
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
      { ...(right.includes(j) ? { class: "tl-num" } : {}), ...(tag === "th" ? { scope: "col" } : {}) },
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

/** Headers of a request with a JSON body, and the API key where this browser was given one. */
export function jsonHeaders(): Record<string, string> {
  const key = sessionStorage.getItem("telelink.key");
  return { "content-type": "application/json", ...(key ? { "x-api-key": key } : {}) };
}

/** Sends a change; where the server asks for its key, asks the person once and tries again. */
export async function change<T>(url: string, body: unknown): ReturnType<typeof send<T>> {
  const attempt = () => send<T>(url, { method: "POST", headers: jsonHeaders(), body: JSON.stringify(body) });
  const first = await attempt();
  if (first.ok || first.problem.status !== 401) return first;
  const wrong = sessionStorage.getItem("telelink.key") !== null;
  const key = await askForKey(wrong ? "The key that was given is not the server's." : "");
  if (!key) return first;
  sessionStorage.setItem("telelink.key", key);
  const again = await attempt();
  return !again.ok && again.problem.status === 401 ? change(url, body) : again;
}

/** Asks the person for the server's API key; empty when they would rather not. It is kept until the tab is closed. */
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
      make("p", {}, "Changes need it. It stays in this tab until you close it."),
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
