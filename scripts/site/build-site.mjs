// Makes site/: the guides and pages of docs/, the reference by TypeDoc, and the reports that are there, as files that
// any web server can serve and a browser can open from disk.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..", "..");
const site = join(root, "site");
const require = createRequire(join(root, "package.json"));
const { default: MarkdownIt } = await import(require.resolve("markdown-it"));
const { highlight } = require("./dist/report/highlight.js");
const { pageStyle } = require("./dist/report/style.js");
const { escapeHtml } = require("./dist/report/html.js");

/** Runs a program of this package or of the site's; a failure ends the build. */
function run(script, args, cwd = root) {
  const done = spawnSync(process.execPath, [script, ...args], {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

rmSync(site, { recursive: true, force: true });
mkdirSync(site, { recursive: true });
run(join(here, "node_modules", "typedoc", "bin", "typedoc"), ["--options", "typedoc.json"], here);

const guides = existsSync(join(root, "notebooks", "guides"))
  ? readdirSync(join(root, "notebooks", "guides")).filter((file) => file.endsWith(".ipynb"))
  : [];
for (const file of guides) {
  const out = join(site, "guides");
  run(join(root, "dist", "cli", "main.js"), [
    "run",
    join("notebooks", "guides", file),
    "--out",
    out,
    "--html",
  ]);
}
const reports = existsSync(join(root, "reports", "index.html"));
if (reports) {
  mkdirSync(join(site, "reports"), { recursive: true });
  for (const file of readdirSync(join(root, "reports")).filter((name) => /\.(html|json)$/.test(name)))
    cpSync(join(root, "reports", file), join(site, "reports", file));
}
const pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md"]
  .filter((file) => existsSync(join(root, file)))
  .concat(
    readdirSync(join(root, "docs"))
      .filter((file) => file.endsWith(".md"))
      .map((file) => `docs/${file}`),
  );
const titleOf = (text, file) => text.match(/^# (.+)$/m)?.[1] ?? file;
const texts = new Map(pages.map((file) => [file, readFileSync(join(root, file), "utf8")]));
const hrefOf = (file) => (file === "README.md" ? "index.html" : file.replace(/\.md$/, ".html"));

/** Links to other pages and notebooks lead to what the site has of them; what else they name is copied beside. */
function linkIn(file, href) {
  if (/^(https?:|mailto:|#|data:)/.test(href)) return href;
  const [path, anchor] = href.split("#");
  const target = join(dirname(file), path).replaceAll("\\", "/");
  const up = "../".repeat(file.split("/").length - 1);
  const tail = anchor === undefined ? "" : `#${anchor}`;
  if (texts.has(target)) return `${up}${hrefOf(target)}${tail}`;
  if (target.startsWith("notebooks/guides/"))
    return `${up}guides/${target.slice(17).replace(/\.ipynb$/, ".html")}${tail}`;
  if (!existsSync(join(root, target))) throw new Error(`${file} links to ${href}, which does not exist`);
  cpSync(join(root, target), join(site, target), { recursive: true });
  return href;
}

const navigation = (file) => {
  const up = "../".repeat(file.split("/").length - 1);
  const entries = [
    ...[...texts].map(([page, text]) => [
      hrefOf(page),
      page === "README.md" ? "telelink" : titleOf(text, page),
      page === file,
    ]),
    ...guides.map((guide) => [
      `guides/${guide.replace(/\.ipynb$/, ".html")}`,
      `Guide: ${guide.replace(/\.ipynb$/, "")}`,
      false,
    ]),
    ["reference/index.html", "Reference", false],
    ...(reports ? [["reports/index.html", "Reports", false]] : []),
  ];
  return entries
    .map(
      ([href, title, current]) =>
        `<li><a href="${up}${escapeHtml(href)}"${current ? ' aria-current="page"' : ""}>${escapeHtml(title)}</a></li>`,
    )
    .join("\n");
};

/** The id of a heading as links in the documents name it: as on the host of the repository. */
function slug(text, taken) {
  const base = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
  let id = base;
  for (let k = 1; taken.has(id); k++) id = `${base}-${k}`;
  taken.add(id);
  return id;
}

for (const [file, text] of texts) {
  const parser = new MarkdownIt({ html: true, linkify: false, highlight });
  const taken = new Set();
  parser.renderer.rules.heading_open = (tokens, i) =>
    `<${tokens[i].tag} id="${slug(tokens[i + 1].content, taken)}">`;
  const link = (rule, name) => {
    parser.renderer.rules[rule] = (tokens, i, options, _, self) => {
      tokens[i].attrSet(name, linkIn(file, tokens[i].attrGet(name) ?? ""));
      return self.renderToken(tokens, i, options);
    };
  };
  link("link_open", "href");
  link("image", "src");
  const out = join(site, hrefOf(file));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(
    out,
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeHtml(titleOf(text, file))}</title>
<style>${pageStyle}
.tl-main img { max-width: 100%; height: auto; }
</style>
</head>
<body>
<a class="tl-skip" href="#content">Skip to the content</a>
<div class="tl-page tl-body">
<nav class="tl-toc" aria-label="Pages"><ol>
${navigation(file)}
</ol></nav>
<main class="tl-main" id="content">
${parser.render(text)}
</main>
</div>
</body>
</html>
`,
  );
}
console.log(
  `site: ${texts.size} pages, ${guides.length} guides, the reference${reports ? " and the reports" : ""} in site/; open site/index.html`,
);
