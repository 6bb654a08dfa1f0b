// Uses a server by browser as a person would: sends a file on Model Config, trains a GAN, draws rows, analyzes a customer.
// node deploy/walk.mjs ADDRESS CHROMIUM; ends with 1 and says where it came to a stop. TELELINK_API_KEY signs in first.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [address, executablePath] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "telelink-walk-"));
const plans = ["Month-to-month", "One year", "Two year"];
const lines = Array.from({ length: 200 }, (_, i) => {
  const [tenure, charge] = [1 + ((i * 7) % 72), 20 + ((i * 13) % 90)];
  return `${tenure},${plans[i % 3]},${charge},${tenure * charge},${(i * 31) % 100 < 30 - 8 * (i % 3) ? "Yes" : "No"}`;
});
const file = join(folder, "customers.csv");
writeFileSync(file, `Tenure,Contract,MonthlyCharges,TotalCharges,Churn\n${lines.join("\n")}\n`);
const browser = await chromium.launch({
  executablePath,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
});
let step = "";
const begin = (name) => {
  step = name;
};
try {
  const page = await browser.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  if (process.env.TELELINK_API_KEY) {
    begin("the key");
    await page.goto(`${address}/sign-in?to=config`);
    await page.fill("#key", process.env.TELELINK_API_KEY);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/config");
  }
  begin("Model Config: send a file, use its path");
  await page.goto(`${address}/config`);
  await page.setInputFiles("#file", file);
  await page.click("#upload button[type=submit]");
  await page.waitForSelector("#result h2");
  await page.fill("#path", "customers.csv");
  await page.click("#use");
  await page.waitForSelector("text=Train a model on it");
  begin("Model Training: three epochs of the GAN");
  await page.goto(`${address}/training`);
  await page.fill("#epochs", "3");
  await page.click("text=Train GAN Model");
  await page.waitForSelector("text=Generate data with it", { timeout: 120_000 });
  begin("Data Generation: the trained model's rows");
  await page.click("text=Generate data with it");
  await page.waitForSelector("#model option", { state: "attached" });
  await page.click("text=Generate Fake Data");
  await page.waitForSelector("text=The first 10 of 1000 rows");
  const download = page.waitForEvent("download");
  await page.click("#download");
  const rows =
    readFileSync(await (await download).path(), "utf8")
      .trimEnd()
      .split("\n").length - 1;
  if (rows !== 1000) throw new Error(`the file must have 1000 rows, got ${rows}`);
  begin("Analyze Customer: an example's answer");
  await page.goto(`${address}/`);
  await page.selectOption("#example", "upset");
  await page.click("button[type=submit]");
  await page.waitForSelector("text=What would change the outcome");
  const foot = await page.textContent("footer");
  if (faults.length > 0) throw new Error(`a script failed: ${faults[0]}`);
  console.log(`walk: Config, Training, Generation, Analyze all went well; the page says: ${foot?.trim()}`);
} catch (error) {
  console.error(`walk: stopped at ${step}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
