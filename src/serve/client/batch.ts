import type { BatchSummary } from "../schemas.js";
import { CsvRecords } from "./csv.js";
import { byId, make, type Problem, problemBox, saveAs, shown, tableOf, withKey } from "./dom.js";

/** A customer worth contacting, as shown. */
interface Contact {
  readonly name: string;
  readonly cells: readonly string[];
  readonly profit: number;
}

/** What an answer holds. */
interface Found {
  readonly risks: Record<string, number>;
  readonly contacts: Contact[];
  readonly errors: string[];
  rows: number;
  rejected: number;
  /** Whether it is known what the customers are worth. */
  valued: boolean;
  /** What ended the batch before its end. */
  broken?: string;
  /** What the server says of the file as a whole. */
  summary?: BatchSummary;
}

const mostContacts = 10;
/** How the line of the answer begins that is not for the file that is downloaded. */
const summaryMark = "summary ";
const form = byId<HTMLFormElement>("batch");
const input = byId<HTMLInputElement>("file");
const result = byId("result");
const progress = byId("progress");
const bar = byId<HTMLProgressElement>("bar");
const words = byId("progress-words");
const send = form.querySelector<HTMLButtonElement>("button[type=submit]") as HTMLButtonElement;
let running: XMLHttpRequest | undefined;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = input.files?.[0];
  const most = Number(input.dataset.most);
  fail(!file ? "choose a file first" : file.size > most ? `must have at most ${size(most)}` : "");
  if (!file || file.size > most) return input.focus();
  result.replaceChildren();
  busy(true);
  const said = await withKey<Blob>(async () => {
    const got = await predict(file);
    return got instanceof Blob ? { ok: true, value: got } : { ok: false, problem: got };
  });
  const answer = said.ok ? said.value : said.problem;
  const found = answer instanceof Blob ? await read(answer) : undefined;
  busy(false);
  if (!(answer instanceof Blob) || !found) {
    result.replaceChildren(problemBox(answer as Problem));
    return;
  }
  const button = make("button", { type: "button", class: "app-first" }, "Download Data");
  const data = found.summary ? await withoutLastLine(answer) : answer;
  button.addEventListener("click", () => saveAs(data, file.name.replace(/(\.\w+)?$/, "-predictions.csv")));
  const note = make("span", { class: "app-note" }, `${size(data.size)} of CSV, a line for each row`);
  result.replaceChildren(...describe(found), make("div", { class: "app-row" }, button, note));
});

byId("cancel").addEventListener("click", () => running?.abort());

/** The predictions as CSV, or what went wrong. The file is sent from the disk, and its answer is kept there. */
function predict(file: File): Promise<Blob | Problem> {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    running = request;
    request.open("POST", "batch-predict?summary=true");
    request.setRequestHeader("content-type", typeOf(file.name));
    request.setRequestHeader("accept", "text/csv");
    request.responseType = "blob";
    request.upload.onprogress = ({ loaded }) => {
      const share = file.size > 0 ? loaded / file.size : 1;
      tell(
        share,
        share < 1 ? `Sending and predicting: ${size(loaded)} of ${size(file.size)}` : "Receiving …",
      );
    };
    request.onprogress = ({ loaded }) => tell(undefined, `Receiving: ${size(loaded)}`);
    request.onload = async () => {
      const body = request.response as Blob;
      if (request.status === 200) done(body);
      else {
        const text = await body.text();
        done(parsed(text) ?? { title: `The server answered ${request.status}` });
      }
    };
    request.onabort = () => done({ title: "Stopped", detail: "The file was not analyzed." });
    request.onerror = () =>
      done({
        title: "The connection broke off",
        detail: "The server can't be reached, or ended the batch. Check that it runs, then try again.",
      });
    request.send(file);
  });
}

/** Counts what the answer holds, a piece at a time. */
async function read(answer: Blob): Promise<Found> {
  const found: Found = {
    risks: { High: 0, Medium: 0, Low: 0 },
    contacts: [],
    errors: [],
    rows: 0,
    rejected: 0,
    valued: true,
  };
  const records = new CsvRecords();
  const reader = answer.stream().pipeThrough(new TextDecoderStream()).getReader();
  let header: string[] | undefined;
  let at = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    at += next.value.length;
    tell(at / answer.size, "Counting …");
    for (const cells of records.push(next.value)) {
      if (header === undefined) header = cells;
      else add(found, Object.fromEntries(header.map((name, j) => [name, cells[j] ?? ""])));
    }
  }
  return found;
}

function add(found: Found, row: Record<string, string>): void {
  if (row.row === "") {
    if (row.error.startsWith(summaryMark))
      found.summary = parsed<BatchSummary>(row.error.slice(summaryMark.length));
    else found.broken = row.error;
    return;
  }
  found.rows++;
  if (row.error) {
    found.rejected++;
    if (found.errors.length < 10) found.errors.push(`Row ${row.row}: ${row.error}`);
    return;
  }
  found.risks[row.risk_level]++;
  // Where nobody knows what customers are worth, the likeliest to leave come first.
  const valued = row.expected_profit !== "";
  const profit = Number(valued ? row.expected_profit : row.churn_probability);
  const money = (cell: string): string => (cell === "" ? "not known" : shown(Number(cell)));
  found.valued &&= valued;
  const { contacts } = found;
  if (contacts.length === mostContacts && profit <= contacts[mostContacts - 1].profit) return;
  const name = row.customer_id || `Row ${row.row}`;
  const probability = `${shown(100 * Number(row.churn_probability), 1)}%`;
  const cells = [
    probability,
    row.risk_level,
    money(row.clv),
    money(row.expected_profit),
    row.recommended_action,
  ];
  const place = contacts.findIndex((contact) => contact.profit < profit);
  contacts.splice(place < 0 ? contacts.length : place, 0, { name, cells, profit });
  contacts.length = Math.min(contacts.length, mostContacts);
}

/** The answer without the summary, which is on the page. */
async function withoutLastLine(answer: Blob): Promise<Blob> {
  const end = new Uint8Array(await answer.slice(-(1 << 20)).arrayBuffer());
  const last = end.lastIndexOf(10, end.length - 2);
  return last < 0 ? answer : answer.slice(0, answer.size - end.length + last + 1, "text/csv");
}

/** What a person should know of the file as a whole, a sentence each. */
function remarks({
  unused_columns: unused = [],
  missing_columns: missing = [],
  encoding,
  drift = [],
}: Partial<BatchSummary>): string[] {
  const list = (names: readonly string[]): string =>
    `${names.slice(0, 10).join(", ")}${names.length > 10 ? ` and ${names.length - 10} others` : ""}`;
  return [
    ...(encoding ? [`The file is no UTF-8 and was read as ${encoding}.`] : []),
    ...(unused.length > 0 ? [`No model reads ${list(unused)}.`] : []),
    ...(missing.length > 0 ? [`The file lacks ${list(missing)}: answers are worse without.`] : []),
    ...drift.map(({ field, findings }) => `${field}: ${findings.join("; ")}.`),
  ];
}

function describe({ rows, rejected, valued, risks, errors, contacts, broken, summary }: Found): Node[] {
  const nodes: Node[] = [
    make("h2", {}, "Result"),
    make(
      "dl",
      { class: "app-figures" },
      ...[
        ["Customers", shown(rows - rejected)],
        ["High risk", shown(risks.High)],
        ["Medium risk", shown(risks.Medium)],
        ["Low risk", shown(risks.Low)],
      ].map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))),
    ),
  ];
  if (broken) nodes.push(problemBox({ title: "Not all rows were read", detail: broken }));
  const told = remarks(summary ?? {});
  if (told.length > 0)
    nodes.push(make("ul", { class: "app-note" }, ...told.map((text) => make("li", {}, text))));
  if (rejected > 0) {
    const flag = rejected === 1;
    const more = rejected > errors.length ? `; the first ${errors.length}` : "";
    nodes.push(
      make(
        "div",
        { class: "app-problem" },
        make("p", {}, `${shown(rejected)} of ${shown(rows)} rows ${flag ? "has" : "have"} no answer${more}:`),
        make("ul", {}, ...errors.map((text) => make("li", {}, text))),
      ),
    );
  }
  const caption = valued ? "The highest expected profit of the retention offer" : "The likeliest to leave";
  const header = ["Customer", "Leaves", "Risk", "Value", "Profit", "Action"];
  if (contacts.length > 0)
    nodes.push(
      tableOf(
        caption,
        header,
        contacts.map(({ name, cells }) => [name, ...cells]),
        [1, 3, 4],
      ),
    );
  return nodes;
}

function busy(on: boolean): void {
  progress.hidden = !on;
  send.disabled = on;
  if (on) tell(0, "Sending …");
  else running = undefined;
}

function tell(share: number | undefined, text: string): void {
  if (share === undefined) bar.removeAttribute("value");
  else bar.value = share;
  words.textContent = text;
}

function fail(text: string): void {
  byId("file-error").textContent = text;
  input.toggleAttribute("aria-invalid", text !== "");
  if (text) input.setAttribute("aria-invalid", "true");
}

function typeOf(name: string): string {
  if (/\.json$/i.test(name)) return "application/json";
  return /\.(ndjson|jsonl)$/i.test(name) ? "application/x-ndjson" : "text/csv";
}

function parsed<Value = Problem>(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const step = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024))),
  );
  return `${shown(bytes / 1024 ** step, step > 1 ? 1 : 0)} ${units[step]}`;
}
