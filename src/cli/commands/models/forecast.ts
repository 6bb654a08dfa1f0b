import { Command } from "commander";
import { money, percent } from "../../../core/format";
import type { Forecast } from "../../../services/forecast/forecast";
import type { Panel, PanelOptions } from "../../../services/forecast/read-panel";
import { decimalNumber, wholeNumber } from "../../support/options";
import { note, print, printJson, printTable } from "../../support/output";
import { noteColumns, readAsWritten } from "../../support/own-data";
import { type ReadingFlags, readingOptions } from "../../support/reading";

interface ForecastFlags extends ReadingFlags, PanelOptions {
  readonly data: string;
  readonly drivers?: string[];
  readonly horizon: string;
  readonly level: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `telelink forecast`: usage, cost or revenue of the months to come, by customer and in total. */
export function forecastCommand(): Command {
  return readingOptions(new Command("forecast"))
    .description("foretell usage, cost or revenue by customer and in total from a monthly table")
    .requiredOption(
      "--data <file>",
      "a table with a row per customer and month, of any format; - reads standard input",
    )
    .option("--customer <column>", "whose row it is")
    .option("--month <column>", "the month, as 2024-01 or any day in it")
    .option("--value <column>", "what is foretold")
    .option(
      "--segment <column>",
      "sums by this column as well (default: one called segment, contract, plan, region, product)",
    )
    .option(
      "--drivers <column...>",
      "numbers of the same month that may drive the value (default: all other columns of numbers)",
    )
    .option("--horizon <n>", "months ahead", "3")
    .option("--level <share>", "the share of outcomes that an interval is to hold", "0.8")
    .option("--out <file>", "write a row per customer and month to this CSV file")
    .option("--skip-bad-rows", "leave out rows that can't be read, and say how many")
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      `
The last month, the same month a year ago, means and exponential smoothing compete on earlier months; the intervals are those
of the winner's errors there, and the last months, which neither chose nor calibrated, tell how many outcomes they hold.
Customers are told apart by how they move, and other columns of numbers by what a unit of them goes with.

Examples:
  $ telelink forecast --data usage.csv --value minutes --out next.csv
  $ telelink forecast --data costs.csv --segment region --horizon 6 --json`,
    )
    .action(forecast);
}

async function forecast(flags: ForecastFlags): Promise<void> {
  const [{ panelFrom }, { forecastPanel }, { driversOf }, { movementsOf }] = await Promise.all([
    import("../../../services/forecast/read-panel.js"),
    import("../../../services/forecast/forecast.js"),
    import("../../../services/forecast/drivers.js"),
    import("../../../services/forecast/movement.js"),
  ]);
  const horizon = wholeNumber(flags.horizon, "--horizon", 1, 60);
  const level = decimalNumber(flags.level, "--level", 0.01, 0.99);
  const { panel, notes, drivers } = await readAsWritten(flags, async (rows, notes) => {
    const panel = await panelFrom(rows, flags);
    return { panel, notes, drivers: await driversOf(rows, panel, flags.drivers) };
  });
  const found = forecastPanel(panel, { horizon, level });
  const months = monthsAhead(panel, horizon);
  noteColumns("monthly values", panel.columns);
  for (const line of [...notes, ...panel.notes]) note(line);
  const { value } = panel.columns;
  for (const line of drivers?.notes ?? []) note(line);
  const movements = movementsOf(panel.series, found.mean);
  if (flags.out) await write(flags.out, panel, found, months);
  const segments = panel.segments ? bySegment(panel, found) : undefined;
  if (flags.json) {
    const { method, total, methods, judged } = found;
    const customers = panel.customers.length;
    printJson({
      columns: panel.columns,
      notes: [...notes, ...panel.notes, ...(drivers?.notes ?? [])],
      customers,
      months,
      level,
      method,
      total,
      methods,
      judged,
      segments,
      movements,
      drivers: drivers?.drivers,
      explainedByDrivers: drivers?.explained,
    });
    return;
  }
  print(
    `${panel.customers.length} customers, ${panel.months.length} months from ${panel.months[0]} to ${panel.months.at(-1)}`,
  );
  printTable(
    ["month", "expected in all", `${percent(level)} from`, "to"],
    months.map((name, k) => [
      name,
      money(found.total.mean[k]),
      money(found.total.low[k]),
      money(found.total.high[k]),
    ]),
  );
  const { judged } = found;
  print();
  print(
    `By ${found.method}: on the last ${judged.months} months, held out, ${percent(judged.coverage)} of ${judged.outcomes} outcomes lay in the ${percent(level)} intervals; mean error ${money(judged.error)}, "last month" ${money(judged.lastMonthError)}${judged.lastYearError === undefined ? "" : `, "same month last year" ${money(judged.lastYearError)}`}`,
  );
  for (const [title, rows] of [
    [panel.columns.segment, segments ?? []],
    ["customers that are", movements],
  ] as const) {
    if (rows.length === 0) continue;
    print();
    printTable(
      [title, "customers", "last month", `expected ${months[0]}`, "change"],
      rows.map((row) => [
        row.name,
        String(row.customers),
        money(row.last),
        money(row.next),
        money(row.next - row.last),
      ]),
    );
  }
  if (drivers && drivers.drivers.length > 0) {
    print();
    print(
      `What ${value} goes with in the same customer and month (${percent(drivers.explained)} of its changes; not what would follow a change):`,
    );
    const short = (v: number): string => String(Number(v.toPrecision(4)));
    printTable(
      ["column", "a unit more", "95% from", "to", "share of all"],
      drivers.drivers.map((row) => [
        row.name,
        short(row.perUnit),
        short(row.low),
        short(row.high),
        percent(row.share),
      ]),
    );
  }
}

function monthsAhead({ months }: Panel, horizon: number): string[] {
  const [year, month] = (months.at(-1) as string).split("-").map(Number);
  return Array.from({ length: horizon }, (_, k) => {
    const at = 12 * year + month + k;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, "0")}`;
  });
}

/** Segments by how much they drive the change from the last month to the next. */
function bySegment(
  { segments = [], series }: Panel,
  found: Forecast,
): { name: string; customers: number; last: number; next: number }[] {
  const sums = new Map<string, { name: string; customers: number; last: number; next: number }>();
  segments.forEach((name, i) => {
    const own = sums.get(name) ?? { name: name || "(none)", customers: 0, last: 0, next: 0 };
    sums.set(name, own);
    const last = series[i][series[i].length - 1];
    own.customers++;
    own.last += Number.isNaN(last) ? 0 : last;
    own.next += found.mean[i][0];
  });
  return [...sums.values()].sort((a, b) => Math.abs(b.next - b.last) - Math.abs(a.next - a.last));
}

/** Customers whose rows are written at a time. */
const written = 10_000;

async function write(file: string, panel: Panel, found: Forecast, months: readonly string[]): Promise<void> {
  const { csvFile } = await import("../../../data/write/write-csv.js");
  const target = csvFile(file, { spreadsheetSafe: true });
  const { customers } = panel;
  try {
    for (let from = 0; from < customers.length; from += written) {
      const own = Array.from({ length: Math.min(written, customers.length - from) }, (_, k) => from + k);
      const flat = (of: readonly Float64Array[]): Float64Array =>
        Float64Array.from(own.flatMap((i) => Array.from(of[i], (v) => Number(v.toPrecision(9)))));
      target.write({
        rows: own.length * months.length,
        columns: [
          {
            name: "customer",
            type: "id",
            values: own.flatMap((i) => months.map(() => customers.at(i) as string)),
          },
          { name: "month", type: "text", values: own.flatMap(() => months) },
          { name: "expected", type: "numeric", values: flat(found.mean) },
          { name: "low", type: "numeric", values: flat(found.low) },
          { name: "high", type: "numeric", values: flat(found.high) },
        ],
      });
    }
    target.end();
  } catch (error) {
    target.discard();
    throw error;
  }
  note(`${file}: ${customers.length} customers, ${months.length} months each`);
}
