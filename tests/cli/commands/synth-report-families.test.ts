import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { run } from "../../../src/cli/main";
import { type Rng, seeded } from "../../../src/core/rng";

const folder = mkdtempSync(join(tmpdir(), "report-families-"));
afterAll(() => rmSync(folder, { recursive: true }));
let said = "";
for (const stream of [process.stderr, process.stdout])
  vi.spyOn(stream, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });

const path = (name: string): string => join(folder, name);

/** Customers with months of use: who has much one month has much the next, and pays his plan's price; of `loose` ones nothing of it holds. */
function write(name: string, first: number, count: number, loose: boolean, rng: Rng): void {
  const [parents, children]: [string[], string[]] = [["customer,plan"], ["customer,month,gb,price"]];
  for (let i = 0; i < count; i++) {
    const plan = Math.floor(3 * rng.uniform());
    parents.push(`${first + i},${["S", "M", "L"][plan]}`);
    const own = 50 * rng.uniform();
    for (let k = 0; k < 2 + 2 * plan; k++) {
      const gb = Math.round(loose ? 50 * rng.uniform() : own + rng.uniform());
      const price = [10, 20, 35][loose ? Math.floor(3 * rng.uniform()) : plan];
      children.push(`${first + i},2024-${String(k + 1).padStart(2, "0")}-01,${gb},${price}`);
    }
  }
  writeFileSync(path(`${name}.csv`), `${parents.join("\n")}\n`);
  writeFileSync(path(`${name}-months.csv`), `${children.join("\n")}\n`);
}
write("real", 1000, 150, false, seeded(1));
write("held", 3000, 100, false, seeded(2));
write("alike", 5000, 150, false, seeded(3));
write("loose", 7000, 150, true, seeded(4));

const report = async (made: string, ...more: string[]): Promise<number> => {
  said = "";
  const tables = ["--real", path("real.csv"), "--real-children", path("real-months.csv")];
  const own = ["--synthetic", path(`${made}.csv`), "--synthetic-children", path(`${made}-months.csv`)];
  return run(["synth", "report", ...tables, ...own, ...more]);
};

test("synth report judges two tables in one report: parents, children, what goes across and from row to row", async () => {
  const held = ["--holdout", path("held.csv"), "--holdout-children", path("held-months.csv")];
  const to = ["--json", path("alike.json"), "--html", path("alike.html")];
  const rc = await report("alike", "--key", "customer", ...held, ...to);
  expect(rc, said).toBe(0);
  expect(said).toContain("Parents, with their children's number and means:");
  const alike = JSON.parse(readFileSync(path("alike.json"), "utf8"));
  expect(alike.parents.rows).toEqual({ real: 150, synthetic: 150, holdout: 100 });
  expect(alike.children.notDetermined).toBeUndefined();
  // Whose rows are attacked are parents.
  expect(alike.children.attacks.length).toBeGreaterThan(0);
  const page = readFileSync(path("alike.html"), "utf8");
  for (const heading of ["Parents: Are they like", "Children: Are they like"])
    expect(page).toContain(heading);
  expect(await report("loose", "--key", "customer", "--json", path("loose.json"))).toBe(0);
  const loose = JSON.parse(readFileSync(path("loose.json"), "utf8"));
  const told = loose.children.notDetermined.map(({ what, by }: { what: string; by: string[] }) => [what, by]);
  expect(told.flat(2)).toEqual(expect.arrayContaining(["price", "parent: plan"]));
  const trends = (one: typeof loose): number => one.children.quality.trends;
  expect(trends(alike) - trends(loose)).toBeGreaterThan(0.1);
});

test("synth report of two tables says what it lacks, and what goes with one alone", async () => {
  expect(await report("alike")).toBe(2);
  expect(said).toContain("--real-children, --synthetic-children and --key must be given");
  expect(await report("alike", "--key", "customer", "--holdout", path("held.csv"))).toBe(2);
  expect(said).toContain("--holdout and --holdout-children go together");
  expect(await report("alike", "--key", "customer", "--model", "two.json")).toBe(2);
  expect(said).toContain("Cannot use --model with two tables");
});
