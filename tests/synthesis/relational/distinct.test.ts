import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { csvText } from "../../../src/data/write/write-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { describeAlong } from "../../../src/synthesis/relational/distinct";
import { type Relational, relational } from "../../../src/synthesis/relational/relational";

const schema = { columns: [{ name: "key", type: "id" as const }] };

/** Orders of up to five of seven products, each once in an order or as often as it comes, by two in any shade or each shade once. */
function orders(once: boolean, shadeOnce: boolean) {
  const rng = seeded("orders");
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 300; i++) {
    parents.push(`K${1000 + i},${rng.uniform() < 0.5 ? "card" : "cash"}`);
    const had = new Set<string>();
    for (let want = 1 + Math.floor(5 * rng.uniform()); want > 0; ) {
      const product = "ABCDEFG"[Math.floor(7 * rng.uniform() ** 1.3)];
      const shade = rng.uniform() < 0.5 ? "dark" : "light";
      const own = once ? product : shadeOnce ? product + shade : `${had.size}`;
      if (had.has(own)) continue;
      had.add(own);
      children.push(`K${1000 + i},${product},${shade},${1 + Math.floor(3 * rng.uniform())}`);
      want--;
    }
  }
  return {
    parents: parseCsv(`key,paid\n${parents.join("\n")}\n`, { schema }).table,
    children: parseCsv(`key,product,shade,pieces\n${children.join("\n")}\n`, { schema }).table,
  };
}

test.each([
  ["a product", true, false, ["product"]],
  ["a product of a shade", false, true, ["product", "shade"]],
  ["nothing", false, false, undefined],
] as const)(
  "%s stands once among the rows of a parent where it does in all real ones",
  async (_, once, shadeOnce, names) => {
    const model = await relational({ key: "key", threads: 1 })(orders(once, shadeOnce), seeded(1));
    expect(model.distinct).toEqual(names ? [names] : []);
    expect(describeAlong(model)).toEqual(
      names ? [`No two rows of a parent have the same ${names.join(" and ")}.`] : [],
    );
    const again = loadSynthesiser(JSON.parse(JSON.stringify(model))) as Relational;
    expect(() => loadSynthesiser({ ...JSON.parse(JSON.stringify(model)), distinct: [["colour"]] })).toThrow(
      "what no two rows of a parent share must be lists of columns of the children",
    );
    const made = again.sampleBoth(400, seeded(2)).children;
    const rows = csvText(made).trim().split(/\r?\n/).slice(1);
    const cells = rows.map((row) =>
      row
        .split(",")
        .slice(0, 1 + (names?.length ?? 1))
        .join(),
    );
    const repeats = cells.length - new Set(cells).size;
    expect(made.rows).toBeGreaterThan(1000);
    if (names) expect(repeats).toBe(0);
    else expect(repeats).toBeGreaterThan(100);
  },
);
