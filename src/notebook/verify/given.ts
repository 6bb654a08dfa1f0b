import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { check } from "../../core/checks";
import { readSeal } from "../../report/seal";
import type { Notebook } from "../nbformat";
import { parseNotebook } from "../parse-notebook";
import type { Sealed } from "../render/render";
import { sealOfNotebook } from "../render/run-metadata";
import { type ReportJson, readReport, sealOfReport } from "../render/write-report";

/** What somebody was given: a page, an executed notebook or the figures, and whether it was edited since its run. */
export type Given = { readonly intact: boolean } & (
  | { readonly kind: "html"; readonly html: string; readonly sealed: Sealed }
  | { readonly kind: "ipynb"; readonly executed: Notebook }
  | { readonly kind: "json"; readonly report: ReportJson }
);

/** Reads the report that a path names, and nothing beside it. @throws RangeError when it is none that can be verified. */
export function readGiven(path: string): Given {
  const ending = path.match(/\.(html|ipynb|json)$/)?.[1];
  check(ending !== undefined, `verify ${path}`, "a report must be NAME.html, NAME.ipynb or NAME.json");
  if (ending === "json") {
    const report = findFigures(path);
    return { kind: "json", report, intact: report.sha256 === sealOfReport(report) };
  }
  check(existsSync(path), `read ${path}`, "the file must exist");
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new RangeError(`Cannot read ${path}: ${(error as Error).message}`);
  }
  if (ending === "ipynb") {
    const executed = parseNotebook(bytes, path);
    const { stated, found } = sealOfNotebook(executed);
    check(stated !== undefined, `verify ${path}`, "the notebook must be one that telelink run has written");
    return { kind: "ipynb", executed, intact: stated === found };
  }
  const html = Buffer.from(bytes).toString("utf8");
  const seal = readSeal(html);
  check(
    seal !== undefined,
    `verify ${path}`,
    "the page must carry a seal, and it has none: it is not a report of telelink's, or of an old version that sealed nothing; nothing can be said of its figures",
  );
  return { kind: "html", html, sealed: seal.content as Sealed, intact: seal.stated === seal.found };
}

/** The figures beside, or at, the path. @throws RangeError when there are none. */
export function findFigures(path: string): ReportJson {
  const name = basename(path).replace(/\.(html|json|ipynb)$/, "");
  const report = readReport(dirname(path), name);
  check(report !== undefined, `read ${path}`, `${join(dirname(path), name)}.json must be a report's figures`);
  return report;
}
