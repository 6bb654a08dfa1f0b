import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { run } from "../../../src/cli/main";
import { exponential, seeded } from "../../../src/core/rng";
import { dateText } from "../../../src/services/value/cell-values";

const folder = mkdtempSync(join(tmpdir(), "telelink-clv-"));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
let out = "";
let err = "";
beforeEach(() => {
  [out, err] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const rng = seeded(3);
const purchases = ["customer,date,amount"];
for (let i = 0; i < 300; i++) {
  const every = 10 + 60 * rng.uniform();
  const until = 40 + 500 * rng.uniform();
  for (let t = 60 * rng.uniform(); t < Math.min(until, 364); t += 1 + every * exponential(rng))
    purchases.push(`c${i},${dateText(19_700 + Math.floor(t))},${(5 + 50 * rng.uniform()).toFixed(2)}`);
}
const log = file("log.csv", `${purchases.join("\n")}\n`);
const signed = ["customer,start,end,monthly revenue,plan"];
for (let i = 0; i < 500; i++) {
  const start = 19_000 + Math.floor(900 * rng.uniform());
  const plan = i % 2 === 0 ? "long" : "short";
  const end = start + Math.floor(exponential(rng) * (plan === "long" ? 900 : 250));
  signed.push(`k${i},${dateText(start)},${end < 20_000 ? dateText(end) : ""},${20 + (i % 5)},${plan}`);
}
const contracts = file("contracts.csv", `${signed.join("\n")}\n`);

describe("telelink clv", () => {
  test("values a log of transactions, and writes a row per customer", async () => {
    const target = join(folder, "values.csv");
    expect(await run(["clv", "--data", log, "--out", target, "--json"])).toBe(0);
    const summary = JSON.parse(out);
    expect(summary.kind).toBe("transactions");
    const buyers = new Set(purchases.slice(1).map((line) => line.split(",")[0])).size;
    expect(summary.customers).toBe(buyers);
    expect(summary.model.parameters).toHaveLength(4);
    const lines = readFileSync(target, "utf8").trim().split("\n");
    expect(lines[0]).toBe(
      "customer,frequency,recencyWeeks,ageWeeks,alive,expectedPurchases,expectedAmount,value,low,high",
    );
    expect(lines).toHaveLength(buyers + 1);
    const total = lines.slice(1).reduce((sum, line) => sum + Number(line.split(",")[7]), 0);
    expect(total / summary.totalValue).toBeCloseTo(1, 6);
  });

  test("values contracts and prints what decides", async () => {
    expect(await run(["clv", "--data", contracts, "--months", "12"])).toBe(0);
    expect(out).toMatch(/500 contracts until \d{4}-\d\d-\d\d, \d+ of them ended/);
    expect(out).toContain("plan=short");
  });

  test("refuses bad rows with exit code 1, wrong options with 2", async () => {
    const bad = file("bad.csv", "customer,date,amount\na,2199-01-01,5\n");
    expect(await run(["clv", "--data", bad])).toBe(1);
    expect(err).toContain('row 1: the date must not lie after today, got "2199-01-01"');
    expect(await run(["clv", "--data", log, "--model", "cox"])).toBe(2);
    expect(err).toContain(
      '--model: it must be one of auto, bg-nbd, mbg-nbd, pareto-nbd, bg-cnbd-k, mbg-cnbd-k, got "cox"',
    );
    expect(await run(["clv", "--data", log, "--kind", "wish"])).toBe(2);
    expect(await run(["clv"])).toBe(2);
  });

  test("stops where more than 1 % of rows can't be read unless told to leave them out", async () => {
    const lines = purchases.slice(0, 400);
    lines.splice(5, 0, ...Array<string>(9).fill("c1,2024-01-05"));
    const torn = file("torn.csv", `${lines.join("\n")}\n`);
    expect(await run(["clv", "--data", torn])).toBe(3);
    expect(err).toContain("--accept-loss goes on without them");
    expect(await run(["clv", "--data", torn, "--skip-bad-rows", "--penalty", "0.01"])).toBe(0);
  });

  test("writes reports for managers: one file, nothing odd in it, and what was read", async () => {
    const pages = await Promise.all(
      [
        ["clv", "--data", log],
        ["clv", "--data", contracts],
        ["retain", "--data", contracts, "--budget", "200"],
      ].map(async (argv, k) => {
        const target = join(folder, `page${k}.html`);
        expect(await run([...argv, "--html", target])).toBe(0);
        return readFileSync(target, "utf8");
      }),
    );
    for (const page of pages) {
      expect(page).not.toMatch(/>[^<]*(undefined|NaN|\[object)[^<]*</);
      expect(page).toContain("How the file was read");
      expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="http/);
    }
    expect(pages[0]).toMatch(/are expected to bring .* in the next 12 months/);
    expect(pages[1]).toContain("Movements of monthly recurring revenue");
    expect(pages[2]).toContain("Whom to contact first, and why");
  }, 60_000);
});

describe("telelink retain", () => {
  test("chooses within the budget from scored customers", async () => {
    const scored = file("scored.csv", "customer,churn,value\na,0.9,100\nb,0.5,30\nc,0.01,900\n");
    const target = join(folder, "contacts.csv");
    const options = ["--budget", "5", "--stayer-acceptance", "0.5", "--out", target, "--json"];
    expect(await run(["retain", "--data", scored, ...options])).toBe(0);
    const plan = JSON.parse(out);
    expect(plan.contacted).toBe(1);
    expect(plan.totalCost).toBeLessThanOrEqual(5);
    expect(plan.rules).toHaveLength(3);
    expect(readFileSync(target, "utf8").split("\n")[1]).toMatch(/^a,0\.9,100,.*,1$/);
  });

  test("gives each customer the offer that suits, of several; reads what names of columns and flags say it is", async () => {
    const scored = file("offers.csv", "customer,churn,value\na,0.9,400\nb,0.5,60\nc,0.01,900\n");
    expect(
      await run(["retain", "--data", scored, "--offer", "mail,0.1,5,0.1", "call,4,20,0.3,0.8", "--json"]),
    ).toBe(0);
    expect(JSON.parse(out).offers.map((offer: { name: string }) => offer.name)).toEqual(["mail", "call"]);
    expect(await run(["retain", "--data", scored, "--offer", "mail,0.1,5"])).toBe(2);
    expect(err).toContain("it must be a name, costs of contact and offer and the share it keeps");
    const stay = file("stay.csv", "customer,retention,worth\na,0.9,400\nb,0.5,60\n");
    expect(await run(["retain", "--data", stay, "--churn", "retention", "--value", "worth"])).toBe(0);
    expect(err).toContain("retention is called like the chance to stay");
    const words = file("words.csv", "customer,churn,value\na,Yes,400\nb,No,60\n");
    expect(await run(["retain", "--data", words])).toBe(1);
    expect(err).toContain('churn must be a chance from 0 to 1 (0.3 for 30%), got "Yes"');
  });

  test("works out churn and value of contracts and of transactions by itself", async () => {
    expect(await run(["retain", "--data", contracts, "--budget", "300"])).toBe(0);
    expect(out).toMatch(/Contact \d+ of \d+ customers: expected profit/);
    expect(await run(["retain", "--data", log, "--budget", "300", "--json"])).toBe(0);
    expect(await run(["retain", "--data", log, "--acceptance", "2"])).toBe(2);
    expect(err).toContain("--acceptance: it must be a number from 0 to 1");
  });

  test("learns the offer's share from a past campaign by lot, and says what the plan would have brought there", async () => {
    const rng = seeded(7);
    const lines = Array.from({ length: 1200 }, (_, i) => {
      const churn = rng.uniform();
      const contacted = rng.uniform() < 0.5;
      // Of those who would leave a contact keeps every second.
      const leaves = rng.uniform() < churn * (contacted ? 0.5 : 1);
      return `p${i},${churn},${50 + 90 * rng.uniform()},${contacted ? 1 : 0},${leaves ? "yes" : "no"}`;
    });
    const campaign = file("campaign.csv", `customer,churn,value,contacted,left\n${lines.join("\n")}\n`);
    const scored = file("scored.csv", "customer,churn,value\na,0.9,100\nb,0.5,30\nc,0.01,900\n");
    expect(await run(["retain", "--data", scored, "--campaign", campaign])).toBe(0);
    expect(out).toMatch(/past campaign \(1,200 customers\) keeps \d+\.\d% of those who would leave/);
    expect(out).toMatch(/would have brought .* cross-fitted, doubly robust/);
    expect(err).toContain("contacted = contacted, left = left");
    expect(await run(["retain", "--data", scored, "--campaign", campaign, "--json"])).toBe(0);
    const { campaign: lesson, offers } = JSON.parse(out.slice(out.indexOf("{")));
    // Three and a half standard errors.
    expect(Math.abs(lesson.acceptance.value - 0.5)).toBeLessThan(0.15);
    expect(offers[0].acceptance).toBe(lesson.acceptance.value);
    expect(await run(["retain", "--data", scored, "--left", "left"])).toBe(2);
    expect(err).toContain("they name columns of --campaign");
  });
});
