import { runInThread, type Task, task } from "../../core/pool";
import { seeded } from "../../core/rng";
import type { Table } from "../../data/table";
import type { Where } from "../../synthesis/conditions";
import { describeShortages } from "../../synthesis/structure/losses";
import type { Structure } from "../../synthesis/structure/structure";
import { blockRows, type Synthesiser } from "../../synthesis/synthesiser";

/** Where a generator is to be had: one that comes with telelink, or a saved one's JSON as bytes that threads share. */
export type GeneratorSource =
  | { readonly kind: "pretrained"; readonly name: string }
  | { readonly kind: "saved"; readonly key: string; readonly bytes: Uint8Array };

/** Rows to be drawn. */
export interface Draw {
  readonly source: GeneratorSource;
  readonly rows: number;
  readonly seed: string;
  readonly where?: Where;
}

interface BlockWork extends Draw {
  readonly block: number;
  readonly firstRow: number;
}

// Reading a generator takes longer than drawing a block: a thread keeps the few that it read last.
const known = new Map<string, Synthesiser>();
const mostKnown = 4;

/** The generator; within a thread the same one again. A server, which draws in threads alone, need not load what draws. */
export async function generatorOf(source: GeneratorSource): Promise<Synthesiser> {
  const key = source.kind === "saved" ? source.key : `pretrained ${source.name}`;
  const found = known.get(key) ?? (await loadGenerator(source));
  known.delete(key);
  known.set(key, found);
  for (const old of [...known.keys()].slice(0, -mostKnown)) known.delete(old);
  return found;
}

async function loadGenerator(source: GeneratorSource): Promise<Synthesiser> {
  if (source.kind === "pretrained")
    return (await import("../../synthesis/pretrained.js")).loadPretrained(source.name).synthesiser;
  const { loadSynthesiser } = await import("../../synthesis/methods.js");
  return loadSynthesiser(JSON.parse(Buffer.from(source.bytes).toString("utf8")));
}

/** Draws one block in whichever thread. */
export const drawBlock: Task<BlockWork, Table> = task(
  "services/synthetic/draw",
  "drawBlock",
  async ({ source, rows, seed, where, block, firstRow }) =>
    (await generatorOf(source)).sample(rows, seeded(seed).fork(`block ${block}`), {
      firstRow,
      ...(where && { where }),
    }),
);

/** What is to be said where so many rows are drawn (`describeShortages`), in whichever thread. */
export const notesOn: Task<Pick<Draw, "source" | "rows">, readonly string[]> = task(
  "services/synthetic/draw",
  "notesOn",
  async ({ source, rows }) => {
    const { structure } = (await generatorOf(source)) as { structure?: Structure };
    return structure ? describeShortages(structure, rows) : [];
  },
);

/** The rows that `sampleBlocks` draws, made in another thread: whoever answers requests here goes on doing so. */
export async function* drawBlocks(
  { rows, ...draw }: Draw,
  { each = blockRows }: { readonly each?: number } = {},
): AsyncGenerator<Table> {
  for (let done = 0, block = 0; done < rows; block++) {
    const next = Math.min(each, rows - done);
    yield await runInThread(drawBlock, { ...draw, rows: next, block, firstRow: done });
    done += next;
  }
}
