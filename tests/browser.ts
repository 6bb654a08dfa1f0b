import { source as axe } from "axe-core";
import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { chromium } from "./support";

/** Headless Chromium; tests that need it are skipped by name where `chromium` of `support.ts` is undefined. */
export function launchChromium(): Promise<Browser> {
  return playwright.launch({
    executablePath: chromium,
    // Alone on its own machine's pages: nothing asks the network for updates or settings.
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
}

/** What axe finds wrong with a page as it stands, one line an element. */
export async function axeViolations(page: Page): Promise<string[]> {
  return page.evaluate(`(async () => {
    ${axe};
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ": " + node.html + " " + node.failureSummary));
  })()`);
}

/** Opens every folded part of a page. */
export async function unfold(page: Page): Promise<void> {
  await page.evaluate(`for (const one of document.querySelectorAll("details")) one.open = true`);
}
