import { Command } from "commander";
import { note } from "../../support/output";
import { checkLoss, csvOptions, type ReadingFlags, readingOptions } from "../../support/reading";

interface Options extends ReadingFlags {
  data: string;
  out: string;
}

/** `telelink synth domain`: a skeleton of what has to be stated for a private fit. */
export function synthDomainCommand(): Command {
  return readingOptions(new Command("domain"))
    .description(
      "write a skeleton of what is publicly known of a table, to be filled in for --method mst or aim",
    )
    .requiredOption("--data <file>", "a table of any format; - reads standard input")
    .requiredOption("--out <file>", "where to write the domain (JSON)")
    .addHelpText(
      "after",
      `
Names, types and formats are those of the file: check them. Fill in each null with what is known whoever is in the
file, or take the line out: levels and bounds are then found privately; types, words of booleans, decimals and formats
would be read off the table, which --strict refuses. Formats are those of telelink data show --write-schema; of dates a
text will do: "format": "dd.MM.yyyy". Without a pattern identifiers are counted: "C[0-9]{1,3}", "10.0.<0-255>.<1-254>".
"step": 0.5 says that numbers come in halves. Rules between columns go into "rules"; "forms" in the skeleton lists what
they can say, by examples (sums, products, discounts, orders, date arithmetic, bands of a number, what is missing), and is
not read. None is looked for: of the rows, and of how many of them break a rule, nothing is told.

Example:
  $ telelink synth domain --data customers.csv --out domain.json`,
    )
    .action(domain);
}

async function domain(options: Options): Promise<void> {
  const { data, out } = options;
  const [{ surveyTable }, { domainSkeleton }, { writeAtomic }] = await Promise.all([
    import("../../../data/read/survey-table.js"),
    import("../../../synthesis/private/domain/read-off.js"),
    import("../../../data/files.js"),
  ]);
  await surveyTable(data, csvOptions(options), async (survey) => {
    checkLoss(data, survey, options);
    const columns = survey.columns.map(({ column }) => column);
    writeAtomic(out, `${JSON.stringify(domainSkeleton(columns), undefined, 1)}\n`);
  });
  note(`wrote ${out}: fill in each null, or take its line out; check types and formats`);
}
