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
  readonly model: string;
  readonly simulated_value: boolean;
}
