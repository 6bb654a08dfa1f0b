import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { count } from "../../core/format";
import { figureText, intervalText } from "../../report/figure-text";
import type { DeskOrigin } from "../../services/score/desk";
import { route } from "../access/route-scope";
import type { App, Context } from "../context";
import { analyzePage } from "../page/analyze";
import { batchPage } from "../page/batch";
import { configPage, generationPage, trainingPage } from "../page/generator";
import { modelsPage } from "../page/models";
import { monitoringPage } from "../page/monitoring";
import { type FoundReport, reportsPage } from "../page/reports";
import { signInPage } from "../page/sign-in";
import { appStyle } from "../page/style";
import { HttpProblem } from "../problem";

const hidden = route("open", { hide: true });
const read = route("read", { hide: true });
// The client's modules are always the built ones, also when this file runs from source.
const client = resolve(__dirname, "..", "..", "..", "dist", "serve", "client");

/** Three bars, one of them marked: the tab's own picture. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke-width="3.4" stroke-linecap="round"><rect width="32" height="32" rx="7" fill="#0b5cad"/><path d="M9 21.5v-5M16 21.5v-9" stroke="#fff"/><path d="M23 21.5V9" stroke="#f0a35e"/></svg>`;

/** What answers, in a sentence for the foot of every page. */
function footerOf({ model, data, simulatedValue }: DeskOrigin): string {
  const from = data
    .map(({ name, simulated }) => `${name}${simulated ? " (simulated customers)" : ""}`)
    .join(", ");
  const value = simulatedValue ? " Value is learned from a simulated label." : "";
  return `Customers are answered by ${model}${from ? `, learned from ${from}` : ""}.${value}`;
}

/** The web app: pages, their style and scripts, and the reports. */
export function pageRoutes(app: App, { settings, desk }: Context): void {
  const footer = (): string => footerOf(desk().origin);
  const page = (path: string, render: () => string, scope: "open" | "read" = "open"): void => {
    const options = route(scope, { hide: true });
    app.get(path, options, async (_, reply) => reply.type("text/html; charset=utf-8").send(render()));
  };
  page("/", () => analyzePage(footer(), settings, desk().fields));
  page("/batch", () => batchPage(footer(), settings.batchLimit, desk().fields));
  page("/config", () => configPage(footer(), settings.uploadLimit));
  page("/training", () => trainingPage(footer()));
  page("/generation", () => generationPage(footer()));
  page("/registry", () => modelsPage(footer()));
  page("/monitoring", () => monitoringPage(footer(), settings.uploadLimit));
  page("/reports", () => reportsPage(footer(), findReports(settings.reports)), "read");
  page("/sign-in", () => signInPage(footer()));

  app.get("/assets/app.css", hidden, async (_, reply) =>
    reply.type("text/css; charset=utf-8").header("cache-control", "no-cache").send(appStyle),
  );
  app.get("/assets/icon.svg", hidden, async (_, reply) =>
    reply.type("image/svg+xml").header("cache-control", "max-age=86400").send(icon),
  );
  for (const file of readdirSync(client).filter((name) => name.endsWith(".js"))) {
    app.get(`/assets/${file}`, hidden, async (_, reply) =>
      reply
        .type("text/javascript; charset=utf-8")
        .header("cache-control", "no-cache")
        .send(await readFile(join(client, file), "utf8")),
    );
  }
  app.get("/reports/:file", read, async (request, reply) => {
    const { file } = request.params as { file: string };
    // Only names that the folder lists: a path can't lead out of it.
    if (!reportFiles(settings.reports).includes(file))
      throw new HttpProblem(404, "There is no such report; /reports lists them");
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
  return reportFiles(folder).map((file) => foundReport(file, join(folder, file.replace(/\.html$/, ".json"))));
}

/** What the JSON of a report may tell; anything else in it is passed over. */
const reportJson = z.object({
  title: z.string(),
  finding: z.string().optional().catch(undefined),
  date: z.string().optional().catch(undefined),
  seeds: z.array(z.number()).catch([]),
  sources: z
    .array(z.object({ name: z.string(), rows: z.number(), simulated: z.boolean().optional() }))
    .catch([]),
  figures: z
    .array(
      z.object({
        name: z.string(),
        label: z.string(),
        value: z.number(),
        unit: z.string().optional(),
        digits: z.int().min(0).max(20).optional(),
        low: z.number().optional(),
        high: z.number().optional(),
        key: z.boolean().optional(),
      }),
    )
    .catch([]),
});

const mostFigures = 4;

function foundReport(file: string, about: string): FoundReport {
  let text = "{}";
  try {
    text = readFileSync(about, "utf8");
  } catch {
    // A page that somebody put here without its figures.
  }
  const read = reportJson.safeParse(parsed(text));
  if (!read.success) return { file, title: file, figures: [], origin: "" };
  const { title, finding, figures, sources, seeds, date } = read.data;
  return {
    file,
    title,
    ...(finding === undefined ? {} : { finding }),
    figures: figures
      .filter((figure) => figure.key)
      .slice(0, mostFigures)
      .map((figure) => {
        const interval = intervalText(figure);
        return { label: figure.label, value: figureText(figure), ...(interval !== "" && { interval }) };
      }),
    origin: [
      ...sources.map(
        ({ name, rows, simulated }) => `${name}${simulated ? ", simulated" : ""}: ${count(rows)} rows`,
      ),
      ...(seeds.length > 0 ? [`seed ${seeds.join(", ")}`] : []),
      ...(date ? [date] : []),
    ].join(" · "),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
