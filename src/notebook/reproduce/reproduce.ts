import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { check } from "../../core/checks";
import { writeAtomic } from "../../data/files";
import type { Entry } from "../../report/page";
import { type Facts, factsOf, type Inputs } from "../facts";
import type { Cell, Notebook } from "../nbformat";
import { collectProvenance } from "../render/payloads";
import { intact, type ReportJson, readReport, writeReport } from "../render/write-report";
import { checkNames } from "../run/output-names";
import { type Prepared, prepare, type Recording, readNotebook } from "../run/run-file";
import { dropFailed } from "../run/targets";
import { changes, digestOf, InputReader } from "./inputs";
import { type Traced, Tracer } from "./trace";

/** What has to be done for a notebook, and why. */
export interface Step {
  readonly prepared: Prepared;
  /** "render" writes the page anew from the executed notebook. */
  readonly action: "run" | "render" | "nothing";
  readonly reasons: readonly string[];
}

export interface ProjectOptions {
  /** The folder of the notebooks. */
  readonly notebooks: string;
  /** The folder of the reports. */
  readonly out: string;
  /** Only these, by name, and those that they need; all by default. */
  readonly only?: readonly string[];
  /** Each goes to the notebooks that declare it. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Runs everything, whatever has changed. */
  readonly force?: boolean;
}

/**
 * The notebooks of a project and their reports. A notebook runs when something that its outputs depend on has changed
 * since its last good report; its page is written anew when only its looks have.
 */
export class Project {
  private readonly reader = new InputReader();
  private readonly digests = new Map<string, string>();
  private readonly all: readonly Prepared[];
  private readonly facts: Facts;

  /** @throws RangeError when a notebook can't be read, or an option names what is not there. */
  constructor(private readonly options: ProjectOptions) {
    const { notebooks, parameters = {}, only = [] } = options;
    check(existsSync(notebooks), "reproduce", "the folder of the notebooks must exist", notebooks);
    this.all = notebooksBelow(notebooks, options.out).map((file): Prepared => {
      const prepared = prepare(join(notebooks, file), { parameters, onlyDeclared: true });
      const name = file.replace(/\.ipynb$/, "");
      // The start page is index.html.
      return { ...prepared, name: name === "index" ? "index-report" : name };
    });
    checkNames(this.all, options.out);
    this.facts = factsOf(notebooks);
    for (const name of only) {
      const there = this.all.map((notebook) => notebook.name).join(", ");
      check(this.find(name) !== undefined, "reproduce", `a notebook must be one of ${there}`, name);
    }
    for (const name of Object.keys(parameters)) {
      const declared = this.all.some((notebook) => name in notebook.parameters);
      check(declared, "reproduce", "a parameter must be one that a notebook declares", name);
    }
  }

  /** The notebooks in an order in which each comes after those that it needs. */
  order(): Prepared[] {
    const done: Prepared[] = [];
    const visit = (notebook: Prepared, path: readonly Prepared[]): void => {
      check(
        !path.includes(notebook),
        "reproduce",
        "notebooks must not need each other in a circle",
        notebook.path,
      );
      if (done.includes(notebook)) return;
      for (const need of this.needs(notebook)) visit(need, [...path, notebook]);
      done.push(notebook);
    };
    const { only = [] } = this.options;
    const wanted =
      only.length > 0 ? only.map((name) => this.find(name) as Prepared) : this.all.filter(isReport);
    for (const notebook of wanted) visit(notebook, []);
    return done;
  }

  /** The notebooks that it builds on, as its `metadata.telelink.needs` lists them. */
  needs(prepared: Prepared): Prepared[] {
    const { telelink } = prepared.notebook.metadata as { telelink?: { needs?: readonly string[] } };
    return (telelink?.needs ?? []).map((name) => {
      const found = this.find(name);
      check(
        found !== undefined,
        `reproduce ${prepared.path}`,
        "a notebook that it needs must be there",
        name,
      );
      return found as Prepared;
    });
  }

  /** What has to be done for the notebook, once those that it needs are done. */
  step(prepared: Prepared): Step {
    const { out, force } = this.options;
    const run = (...reasons: string[]): Step => ({ prepared, action: "run", reasons });
    const last = readReport(out, prepared.name);
    if (force) return run("it was asked for");
    if (!last?.inputs) return run("it has no report yet");
    const now = this.inputs(prepared, last.sources, last.inputs);
    const changed = changes(last.inputs, now);
    if (changed.length > 0) return run(...changed);
    if (!intact(out, prepared.name, last, "ipynb"))
      return run("its executed notebook is missing or was edited");
    this.digests.set(prepared.name, digestOf(now));
    const look = this.looks(prepared, last);
    return look.length > 0
      ? { prepared, action: "render", reasons: look }
      : { prepared, action: "nothing", reasons: ["nothing that it depends on changed"] };
  }

  /** What the report of a run has to record for the next time; `warn` is told what it can't know. */
  record(prepared: Prepared, warn: (text: string) => void): Recording {
    const tracer = new Tracer();
    const inputs = (executed: Notebook): Inputs => {
      const opened = tracer.opened();
      const programs = [...opened.programs].sort().join(", ");
      if (programs !== "")
        warn(
          `other programs were started (${programs}): of what they read only the files that their command lines name are looked after; list the others in metadata.telelink.inputs`,
        );
      const found = this.inputs(prepared, collectProvenance(executed).sources, opened);
      this.digests.set(prepared.name, digestOf(found));
      return found;
    };
    const kernel = tracer.traced(prepared.kernel);
    return { kernel, inputs, renderer: this.reader.renderer(), end: () => tracer.end() };
  }

  /** Writes the report anew from the executed notebook and today's text, without running anything. */
  async render(prepared: Prepared): Promise<void> {
    const { out } = this.options;
    const last = readReport(out, prepared.name) as ReportJson;
    const executed = withOutputs(prepared.notebook, this.executed(prepared));
    const { path, name, kernel, parameters } = prepared;
    const { made, timing, inputs } = last;
    const renderer = this.reader.renderer();
    await writeReport(
      { path, name, kernel, parameters, executed, made, timing },
      { out, suffix: "", html: true, inputs, renderer },
    );
  }

  /** Writes the start page over the project's reports, unless it is as it should be. Returns its path. */
  async writeIndex(): Promise<string> {
    const { out } = this.options;
    const { telelink, node, commit } = this.facts;
    for (const notebook of this.all)
      if (this.digests.has(notebook.name)) dropFailed(notebook.path, out, notebook.name);
    const entries = this.all.flatMap((notebook) => entryOf(out, notebook.name) ?? []);
    const { indexPage } = await import("../../report/page.js");
    const page = indexPage(entries, [
      ...[`telelink ${telelink}`, `Node ${node}`],
      ...(commit ? [`commit ${commit}`] : []),
    ]);
    const file = join(out, "index.html");
    if (!existsSync(file) || readFileSync(file, "utf8") !== page) writeAtomic(file, page);
    return file;
  }

  private find(name: string): Prepared | undefined {
    const wanted = name.replace(/\.ipynb$/, "");
    const is = (notebook: Prepared, to: string): boolean =>
      [notebook.name, notebook.path.replace(/\.ipynb$/, "")].includes(to);
    return (
      this.all.find((notebook) => is(notebook, wanted)) ??
      this.all.find((notebook) => basename(notebook.path, ".ipynb") === basename(wanted))
    );
  }

  private inputs(prepared: Prepared, sources: ReportJson["sources"], opened: Traced | Inputs): Inputs {
    const needs = this.needs(prepared).map((notebook) => [
      notebook.name,
      this.digests.get(notebook.name) ?? "not run",
    ]);
    return this.reader.inputs(prepared, sources, Object.fromEntries(needs), opened);
  }

  private executed(prepared: Prepared): Notebook {
    return readNotebook(join(this.options.out, `${prepared.name}.ipynb`));
  }

  private looks(prepared: Prepared, last: ReportJson): string[] {
    const out: string[] = [];
    if (last.renderer !== this.reader.renderer()) out.push("the design of pages changed");
    if (!intact(this.options.out, prepared.name, last, "html")) out.push("its page is missing or was edited");
    if (last.commit !== this.facts.commit) out.push("the commit changed");
    if (proseOf(this.executed(prepared)) !== proseOf(prepared.notebook)) out.push("its text changed");
    return out;
  }
}

/** Whether it is made where none is named: `metadata.telelink.reproduce` is false in those that are only to be read. */
function isReport({ notebook }: Prepared): boolean {
  return (notebook.metadata as { telelink?: { reproduce?: boolean } }).telelink?.reproduce !== false;
}

/** The notebooks of the folder and of those below it, by their paths from there, in order. */
function notebooksBelow(folder: string, out: string): string[] {
  const found: string[] = [];
  const visit = (at: string): void => {
    for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
      const path = at === "" ? entry.name : `${at}/${entry.name}`;
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (entry.isDirectory() && resolve(folder, path) !== resolve(out)) visit(path);
      // What runs have left is not what they are made from.
      else if (entry.name.endsWith(".ipynb") && !/\.(partial|failed)\.ipynb$/.test(entry.name))
        found.push(path);
    }
  };
  visit("");
  return found.sort();
}

function proseOf(notebook: Notebook): string {
  return JSON.stringify(
    notebook.cells.map((cell) => (cell.cell_type === "code" ? cell.id : [cell.source, cell.attachments])),
  );
}

/** Today's cells with the outputs of the executed ones. */
function withOutputs(notebook: Notebook, executed: Notebook): Notebook {
  const cells = notebook.cells.map((cell): Cell => {
    const ran = executed.cells.find((one) => one.id === cell.id);
    return cell.cell_type === "code" && ran ? ran : cell;
  });
  return { ...executed, cells };
}

/** The path as an address: a name may hold signs that mean something there. */
function hrefOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** The report's line on the start page: the last good one, and whether the last run failed. */
function entryOf(out: string, name: string): Entry | undefined {
  const good = readReport(out, name);
  const failed = readReport(out, `${name}.failed`);
  const shown = good ?? failed;
  if (!shown) return undefined;
  const base = good ? name : `${name}.failed`;
  const failedHref = failed && `${name}.failed.html`;
  return {
    ...{ ...shown, failure: failed?.failure, failedHref: failedHref && hrefOf(failedHref) },
    ...{ href: hrefOf(`${base}.html`), json: hrefOf(`${base}.json`) },
  };
}
