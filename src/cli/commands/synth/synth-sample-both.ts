import { seeded } from "../../../core/rng";
import { csvFile } from "../../../data/write/write-csv";
import { parseWhere } from "../../../synthesis/conditions";
import type { Relational } from "../../../synthesis/relational/relational";
import { parseShares } from "../../../synthesis/shares";
import type { Synthesiser } from "../../../synthesis/synthesiser";
import { usageError } from "../../support/exit";
import { note } from "../../support/output";
import { keptWhole } from "../../support/rows-out";
import { watched } from "../../support/watched";

interface Options {
  readonly out?: string;
  readonly childrenOut: string;
  readonly where: readonly string[];
  readonly share: readonly string[];
}

/** Parents whose children are made at a time: a stop signal gets its turn in between. */
const blockRows = 2000;

/** `telelink synth sample --children-out`: both tables of a model of two, each file whole or not there at all. */
export async function sampleBoth(
  { out, childrenOut, where: texts, share }: Options,
  model: Synthesiser,
  {
    rows,
    seed,
    delimiter,
  }: { readonly rows: number; readonly seed: number; readonly delimiter?: string | undefined },
): Promise<void> {
  if (model.kind !== "relational")
    throw usageError(
      "Cannot use --children-out: the model must be one of two tables (telelink synth fit --children)",
    );
  if (out === undefined) throw usageError("Cannot use --children-out: --out must say where the parents go");
  for (const file of [out, childrenOut])
    if (!/\.csv$/i.test(file))
      throw usageError(`Cannot write two tables: a file must end in .csv, got ${file}`);
  if (out === childrenOut) throw usageError("Cannot write two tables: --out and --children-out must differ");
  const both = model as Relational;
  const where = parseWhere(texts, model.columns);
  const shares = parseShares(share, model.columns);
  const how = delimiter === undefined ? {} : { delimiter };
  const [first, second] = [csvFile(out, how), csvFile(childrenOut, how)];
  let children = 0;
  await watched((watch) =>
    keptWhole(first, () =>
      keptWhole(second, async () => {
        for (let done = 0, block = 0; done < rows || block === 0; block++) {
          watch.signal.throwIfAborted();
          const own = Math.min(blockRows, rows - done);
          const made = both.sampleBoth(own, seeded(seed).fork(`block ${block}`), {
            where,
            ...(shares && { shares }),
            firstRow: done,
            firstChild: children,
          });
          first.write(made.parents);
          second.write(made.children);
          children += made.children.rows;
          done += own;
          watch.progress?.({ phase: "sample", done, total: rows });
          await new Promise((next) => setImmediate(next));
        }
      }),
    ),
  );
  note(`${rows} parents and ${children} children made; wrote ${out} and ${childrenOut}`);
}
