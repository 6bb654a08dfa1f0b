import { type Html, html } from "../../report/html";

/** The tabs of the app, in their order. */
export const tabs = [
  { path: "/", name: "Analyze Customer" },
  { path: "/batch", name: "Batch" },
  { path: "/config", name: "Model Config" },
  { path: "/training", name: "Model Training" },
  { path: "/generation", name: "Data Generation" },
  { path: "/registry", name: "Models" },
  { path: "/monitoring", name: "Monitoring" },
  { path: "/reports", name: "Reports" },
] as const;

export interface Page {
  /** That of its tab, where it is one. */
  readonly path: string;
  readonly title: string;
  /** What answers customers here, and whether it learned from simulated ones. */
  readonly footer: string;
  /** A sentence under the title: what one does here. */
  readonly lead: string;
  readonly body: Html;
  /** The client module of the page, without ending. */
  readonly script?: string;
}

/** A whole page of the app. */
export function layout(page: Page): string {
  const links = tabs.map(
    (tab) =>
      html`<li><a href="${tab.path === "/" ? "./" : tab.path.slice(1)}"${tab.path === page.path && html` aria-current="page"`}>${tab.name}</a></li>`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} · telelink</title>
<link rel="icon" href="assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/app.css">
${page.script && html`<script type="module" src="assets/${page.script}.js"></script>`}
</head>
<body>
<a class="tl-skip" href="#main">Skip to content</a>
<div class="tl-page">
<header class="app-bar"><a class="app-name" href="./">telelink</a>
<nav aria-label="Sections"><ul class="app-tabs">${links}<li><a href="docs">API</a></li></ul></nav></header>
<main id="main" class="app-main" tabindex="-1">
<h1>${page.title}</h1>
<p class="app-lead">${page.lead}</p>
${page.body}
</main>
<footer class="app-note app-foot">${page.footer}</footer>
</div>
</body>
</html>
`.text;
}
