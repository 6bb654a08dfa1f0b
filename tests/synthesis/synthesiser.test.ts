import { describe, expect, test } from "vitest";
import { type Rng, seeded } from "../../src/core/rng";
import { table } from "../../src/data/table";
import { type Synthesiser, sampleBlocks } from "../../src/synthesis/synthesiser";

const coin: Synthesiser = {
  kind: "coin",
  columns: [{ name: "u", type: "numeric" }],
  sample: (n: number, rng: Rng) =>
    table([{ name: "u", type: "numeric", values: Float64Array.from({ length: n }, () => rng.uniform()) }]),
  toJSON: () => ({ kind: "coin", version: 1 }),
};

describe("sampleBlocks(model, n, rng)", () => {
  const collect = async (n: number, blockRows: number): Promise<number[][]> => {
    const blocks: number[][] = [];
    for await (const block of sampleBlocks(coin, n, seeded(1), { blockRows })) {
      const [only] = block.columns;
      if (only.type === "numeric") blocks.push([...only.values]);
    }
    return blocks;
  };

  test("yields n rows in blocks that do not depend on those before them", async () => {
    const short = await collect(5, 2);
    expect(short.map((block) => block.length)).toEqual([2, 2, 1]);
    expect((await collect(4, 2))[1]).toEqual(short[1]);
    expect(short[0]).not.toEqual(short[1]);
    expect(await collect(0, 2)).toEqual([]);
  });

  test("reports each block and stops between two", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      const options = {
        blockRows: 10,
        signal: stop.signal,
        progress: ({ done }: { done: number }): void => {
          seen.push(done);
          if (done === 20) stop.abort(new Error("enough"));
        },
      };
      for await (const block of sampleBlocks(coin, 100, seeded(1), options)) expect(block.rows).toBe(10);
    };
    await expect(run()).rejects.toThrow("enough");
    expect(seen).toEqual([10, 20]);
  });
});
