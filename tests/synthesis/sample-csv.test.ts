import { afterAll, describe, expect, test } from "vitest";
import { closeThreads } from "../../src/core/pool";
import { seeded } from "../../src/core/rng";
import { csvText } from "../../src/data/write/write-csv";
import { synthesis } from "../../src/synthesis/methods";
import { type SampleCsvOptions, sampleCsv } from "../../src/synthesis/sample-csv";
import { sampleBlocks } from "../../src/synthesis/synthesiser";
import { customers } from "./customers";

afterAll(closeThreads);
const fitted = synthesis("copula")(customers(300, 1), seeded(1));

async function text(n: number, options: SampleCsvOptions): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of sampleCsv(await fitted, n, seeded(2), options)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

describe("sampleCsv(model, n, rng, options)", () => {
  test("writes the rows of sampleBlocks, the same at any number of threads", async () => {
    const options = { blockRows: 100, firstRow: 7, where: { churn: "Yes" } };
    const blocks: string[] = [];
    for await (const block of sampleBlocks(await fitted, 950, seeded(2), options))
      blocks.push(csvText(block, { header: blocks.length === 0 }));
    for (const threads of [1, 2, 3]) expect(await text(950, { ...options, threads })).toBe(blocks.join(""));
  });

  test("writes the header alone for no rows, and takes the options of CSV", async () => {
    const header = await text(0, { delimiter: ";" });
    expect(header).toMatch(/^key;net;backup;.*;churn\n$/);
    const some = await text(400, { delimiter: ";", blockRows: 100, threads: 2 });
    expect(some.startsWith(header)).toBe(true);
    expect(some.trimEnd().split("\n")).toHaveLength(401);
  });

  test("tells of conditions that cannot be, and of failures in a thread", async () => {
    await expect(text(10, { where: { net: "cable" } })).rejects.toThrow("dsl, fibre, none");
    const impossible = { where: { net: "none", backup: "yes" }, blockRows: 10, threads: 2 };
    await expect(text(100, impossible)).rejects.toThrow("only no net is possible");
    await expect(text(1.5, {})).rejects.toThrow("rows must be a whole number");
  });

  test("reports each block and stops between two", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const options = {
      blockRows: 10,
      threads: 2,
      signal: stop.signal,
      progress: ({ done }: { done: number }): void => {
        seen.push(done);
        if (done === 30) stop.abort(new Error("enough"));
      },
    };
    await expect(text(1000, options)).rejects.toThrow("enough");
    expect(seen).toEqual([10, 20, 30]);
  });
});
