import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startReal } from "./serve/real-server";

const root = resolve(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The blocks of a language, with the reason why one is not run. */
function blocks(text: string, language: string): { code: string; excused?: string }[] {
  const pattern = new RegExp(
    `(?:<!-- not run here: ([^>]+) -->\\n+)?^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``,
    "gm",
  );
  return [...text.matchAll(pattern)].map(([, excused, code]) => ({ code, ...(excused && { excused }) }));
}

/** An empty folder of somebody who has installed the package. */
const folder = mkdtempSync(join(tmpdir(), "telelink-readme-"));
const bin = join(folder, "node_modules", ".bin");
mkdirSync(bin, { recursive: true });
symlinkSync(root, join(folder, "node_modules", "telelink"));
symlinkSync(join(root, "dist", "cli", "main.js"), join(bin, "telelink"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("README.md", () => {
  const shell = blocks(readme, "sh");
  const run = shell.filter((block) => !block.excused).map((block) => block.code);
  test("has commands to run, and a reason for each block that is not", () => {
    expect(run.length).toBeGreaterThan(4);
    expect(shell.length - run.length).toBeLessThan(4);
  });

  /** What a block prints, in the folder of somebody who has installed the package. */
  const printed = (code: string): string => {
    // One block goes by npx as it says; npm's own start of half a second each is spared the others.
    const npx = code.includes("npx telelink demo") ? "npx --no-install telelink" : "telelink";
    const command = code.replaceAll("npx telelink", npx);
    const done = execFileSync("bash", ["-euo", "pipefail", "-c", command], {
      cwd: folder,
      env: { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 280_000,
    });
    expect(done).not.toMatch(/\bNaN\b|\bundefined\b|\[object /);
    return done;
  };

  test.each(run.filter((code) => !code.includes("localhost:8000")))(
    "runs as it stands: %s",
    (code) => {
      printed(code);
    },
    300_000,
  );

  test("what is asked of the server is answered by it", async () => {
    const asked = run.filter((code) => code.includes("localhost:8000"));
    expect(asked.length).toBeGreaterThan(0);
    const server = await startReal({ folder });
    try {
      for (const code of asked) {
        const answer = printed(code.replaceAll("localhost:8000", server.address.replace("http://", "")));
        expect(answer.match(/churn_probability/g)?.length).toBe(100);
      }
    } finally {
      await server.end();
    }
  }, 120_000);
});

describe("documents", () => {
  const pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "SECURITY.md"].concat(
    readdirSync(join(root, "docs"))
      .filter((file) => file.endsWith(".md"))
      .map((file) => `docs/${file}`),
  );

  test.each(pages)("the links of %s lead to files and headings that are there", (page) => {
    const text = readFileSync(join(root, page), "utf8").replace(/```[\s\S]*?```/g, "");
    for (const [, href] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(href)) continue;
      const [path, anchor] = href.split("#");
      const file = path === "" ? join(root, page) : join(root, dirname(page), path);
      expect(existsSync(file), `${page}: ${href}`).toBe(true);
      if (anchor === undefined) continue;
      const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, words]) =>
        words
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s-]/gu, "")
          .trim()
          .replace(/\s/g, "-"),
      );
      expect(headings, `${page}: ${href}`).toContain(anchor);
    }
  });
});
