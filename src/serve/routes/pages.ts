import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { App, Context } from "../app";
import { csvFiles } from "../data-path";
import { analyzePage } from "../page/analyze";
import { batchPage } from "../page/batch";
import { configPage, generationPage, trainingPage } from "../page/generator";
import { type FoundReport, reportsPage } from "../page/reports";
import { appStyle } from "../page/style";
import { HttpProblem } from "../problem";

const hidden = { schema: { hide: true } };
// The client's modules are always the built ones, also when this file runs from source.
const client = resolve(__dirname, "..", "..", "..", "dist", "serve", "client");
const scripts = ["analyze", "batch", "beside", "config", "csv", "dom", "generation", "training"];

/** The web app: pages, their style and scripts, and the reports. */
export function pageRoutes(app: App, { settings }: Context): void {
  const page = (path: string, render: () => string): void => {
    app.get(path, hidden, async (_, reply) => reply.type("text/html; charset=utf-8").send(render()));
  };
  page("/", () => analyzePage(settings));
  page("/batch", () => batchPage(settings.batchLimit));
  page("/config", () => configPage(csvFiles(settings.data)));
  page("/training", trainingPage);
  page("/generation", generationPage);
  page("/reports", () => reportsPage(findReports(settings.reports)));

  app.get("/assets/app.css", hidden, async (_, reply) =>
    reply.type("text/css; charset=utf-8").header("cache-control", "no-cache").send(appStyle),
  );
  for (const name of scripts) {
    app.get(`/assets/${name}.js`, hidden, async (_, reply) =>
      reply
        .type("text/javascript; charset=utf-8")
        .header("cache-control", "no-cache")
        .send(await readFile(join(client, `${name}.js`), "utf8")),
    );
  }
  app.get("/reports/:file", hidden, async (request, reply) => {
    const { file } = request.params as { file: string };
    // Only names that the folder lists: a path can't lead out of it.
    if (!reportFiles(settings.reports).includes(file))
      throw new HttpProblem(404, "There is nothing here", "There is no such report; /reports lists them");
    return reply
      .type("text/html; charset=utf-8")
      .header(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox allow-scripts",
      )
      .send(await readFile(join(settings.reports, file), "utf8"));
  });
}

function reportFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[\w.-]+\.html$/.test(name) && name !== "index.html")
      .sort();
  } catch {
    return [];
  }
}

function findReports(folder: string): FoundReport[] {
  return reportFiles(folder).map((file) => {
    const known = summaryOf(join(folder, file.replace(/\.html$/, ".json")));
    return { file, title: known.title ?? file, ...(known.finding ? { finding: known.finding } : {}) };
  });
}

function summaryOf(file: string): { title?: string; finding?: string } {
  try {
    const json = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    return { title: text(json.title), finding: text(json.finding) };
  } catch {
    return {};
  }
}
