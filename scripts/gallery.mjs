// Pictures of reports for docs/gallery: node scripts/gallery.mjs [REPORTS] [NAME…]. Each report's first screen on a desk
// in light and on a phone in the dark, and its first chart on a desk in the dark; WebP, a few dozen kB each.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { chromium } from "playwright-core";

const [folder = "reports", ...names] = process.argv.slice(2);
const out = resolve("docs", "gallery");
const found = readdirSync(folder)
  .filter((file) => file.endsWith(".html") && !file.endsWith(".failed.html"))
  .filter((file) => names.length === 0 || names.includes(basename(file, ".html")))
  .sort();
if (found.length === 0) {
  console.error(`Cannot make the gallery: ${folder} must hold reports; run telelink reproduce first`);
  process.exit(1);
}

const views = [
  { name: "desk", width: 1280, height: 900, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
  { name: "chart-dark", width: 1280, height: 900, colorScheme: "dark", part: ".tl-main figure:has(svg)" },
];

const browser = await chromium.launch({
  executablePath: process.env.TELELINK_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"],
});
mkdirSync(out, { recursive: true });
try {
  for (const file of found) for (const view of views) await picture(file, view);
} finally {
  await browser.close();
}

async function picture(file, { name, width, height, colorScheme, part }) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(`file://${resolve(folder, file)}`);
  const target = part ? page.locator(part).first() : page;
  if (part && (await target.count()) === 0) return page.close();
  const png = await target.screenshot({ type: "png" });
  const webp = await toWebp(png);
  const path = join(out, `${basename(file, ".html")}-${name}.webp`);
  writeFileSync(path, webp);
  console.log(`${path} (${Math.round(webp.length / 1000)} kB)`);
  await page.close();
}

/** The browser itself is the encoder. */
async function toWebp(png) {
  const page = await browser.newPage();
  const url = await page.evaluate(
    async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", 0.86);
    },
    `data:image/png;base64,${png.toString("base64")}`,
  );
  await page.close();
  return Buffer.from(url.split(",")[1], "base64");
}
