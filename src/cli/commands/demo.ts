import { Command } from "commander";
import { wholeNumber } from "../support/options";
import { note } from "../support/output";

interface Options {
  readonly out: string;
  readonly customers: string;
  readonly seed: string;
  readonly open?: boolean;
}

/** `telelink demo`: a report on simulated customers, in some seconds and without any data. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("write a small report on simulated customers: who leaves, why, and customers to give away")
    .option("--out <file>", "the HTML file to write", "telelink-demo.html")
    .option("--customers <number>", "how many customers to simulate", "3000")
    .option("--seed <number>", "the same seed makes the same report", "42")
    .option("--open", "open the report in the browser")
    .addHelpText(
      "after",
      `
Examples:
  $ telelink demo
  $ telelink demo --customers 10000 --seed 1 --out tour.html --open`,
    )
    .action(demo);
}

async function demo(options: Options): Promise<void> {
  const [{ runDemo }, { demoPage }, { writeAtomic }, { watched }, { resolve }, { pathToFileURL }] =
    await Promise.all([
      import("../../services/demo/run-demo.js"),
      import("../../services/demo/demo-page.js"),
      import("../../data/files.js"),
      import("../support/watched.js"),
      import("node:path"),
      import("node:url"),
    ]);
  const customers = wholeNumber(options.customers, "--customers", 500, 200_000);
  const seed = wholeNumber(options.seed, "--seed");
  const found = await watched((watch) => runDemo({ customers, seed }, watch));
  writeAtomic(options.out, await demoPage(found));
  note(`wrote ${options.out}: open ${pathToFileURL(resolve(options.out)).href} in a browser`);
  if (options.open) (await import("../support/open-file.js")).openFile(resolve(options.out));
}
