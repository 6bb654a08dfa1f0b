import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";

const [hour, minute] = [3_600_000, 60_000];

/** Tickets by priority: hours to their end as 4, 24 and 72 let expect, written to a tenth; a tenth of them without an end. */
function tickets(count: number): Table {
  const rng = seeded("tickets");
  const moment = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");
  const lines = Array.from({ length: count }, () => {
    const p = Math.floor(3 * rng.uniform());
    const opened = Math.floor((Date.UTC(2023, 0, 1) + 365 * 24 * hour * rng.uniform()) / minute) * minute;
    const width = -[3, 18, 50][p] * Math.log(1 - rng.uniform());
    const closed =
      rng.uniform() < 0.1 ? 0 : opened + (rng.uniform() < 0.2 ? 0 : Math.round(60 * width) * minute);
    const hours = closed ? ((closed - opened) / hour).toFixed(1) : "";
    return `P${p + 1},${moment(opened)},${closed ? moment(closed) : ""},${hours}`;
  });
  return parseCsv(`priority,opened,closed,hours\n${lines.join("\n")}\n`).table;
}

function hoursOf(from: Table): {
  readonly mean: Record<string, number>;
  readonly none: number;
  readonly off: number;
} {
  const sums: Record<string, number[]> = {};
  let off = 0;
  for (let i = 0; i < from.rows; i++) {
    const [priority, opened, closed, hours] = from.columns.map((column) => cellText(column, i));
    const at = [opened, closed].map((text) => Date.parse(`${text.replace(" ", "T")}Z`));
    if ((closed === "") !== (hours === "")) off++;
    if (closed === "") continue;
    const own = (at[1] - at[0]) / hour;
    if (Math.abs(own - Number(hours)) > 0.0501) off++;
    sums[priority] = [...(sums[priority] ?? []), own];
  }
  const all = Object.values(sums).flat();
  const mean = Object.fromEntries(
    Object.entries(sums).map(([p, list]) => [p, list.reduce((a, b) => a + b, 0) / list.length]),
  );
  return { mean, none: all.filter((one) => one === 0).length / all.length, off };
}

const from = tickets(1500);

test("a date that a number counts the hours to is drawn as so much later, with what goes with the hours", async () => {
  const real = hoursOf(from);
  const model = await sequential()(from, seeded(1));
  expect(describeStructure(model.structure)).toContain("closed = opened + a stretch of time that is drawn.");
  const made = hoursOf(model.sample(3000, seeded(2)));
  expect(made.off).toBe(0);
  expect(Math.abs(made.none - real.none)).toBeLessThan(0.03);
  // Of some 450 exponential times the mean varies by 5 %.
  for (const [p, mean] of Object.entries(real.mean))
    expect(Math.abs(made.mean[p] / mean - 1)).toBeLessThan(0.2);
});

test("sample(where) keeps conditions on the later date, on the earlier one and on the hours between them", async () => {
  const model = await sequential()(from, seeded(1));
  const low = Date.UTC(2023, 5, 1);
  const rows = model.sample(300, seeded(3), {
    where: { closed: { from: "2023-06-01 00:00", to: "2023-06-10 00:00" }, hours: { from: 10, to: 20 } },
  });
  const { mean, off } = hoursOf(rows);
  expect(off).toBe(0);
  for (const own of Object.values(mean)) expect(own >= 9.9 && own <= 20.1).toBe(true);
  const closed = columnNamed(rows, "closed");
  for (let i = 0; i < rows.rows; i++) {
    const time = Date.parse(`${cellText(closed, i).replace(" ", "T")}Z`);
    expect(time >= low && time <= Date.UTC(2023, 5, 10)).toBe(true);
  }
});
