import { afterEach, expect, test } from "vitest";
import { workingBackends } from "../../src/neural/backend";
import type { Notebook } from "../../src/notebook/nbformat";
import { collectProvenance } from "../../src/notebook/render/payloads";
import { renderNotebook } from "../../src/notebook/render/render";
import { provenanceOutput } from "../../src/report/figures";
import { netsBackend, provenanceOf } from "../../src/studies/provenance";

const before = process.env.TELELINK_BACKEND;
afterEach(() => {
  if (before === undefined) delete process.env.TELELINK_BACKEND;
  else process.env.TELELINK_BACKEND = before;
});

function notebookOf(...provenances: Parameters<typeof provenanceOutput>[0][]): Notebook {
  const outputs = provenances.map((one) => {
    const [mime, content] = provenanceOutput(one);
    return { output_type: "display_data", data: { [mime]: content }, metadata: {} };
  });
  const cell = { cell_type: "code", source: "1", outputs, execution_count: 1, metadata: {}, id: "a" };
  return { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 } as unknown as Notebook;
}

test("netsBackend() names what TELELINK_BACKEND says, and by default telelink's own kernels", async () => {
  delete process.env.TELELINK_BACKEND;
  expect(await netsBackend()).toMatch(/^simd \(telelink kernels, /);
  process.env.TELELINK_BACKEND = "native";
  if ((await workingBackends()).includes("native"))
    expect(await netsBackend()).toMatch(/^native \(tfjs-node \d+\.\d+\.\d+, TensorFlow \d+\.\d+\.\d+\)$/);
});

test("a report says what its nets were computed on, and nothing where there are none", async () => {
  const [plain, deep] = [provenanceOf([], [1]), provenanceOf([], [1], "simd (telelink kernels)")];
  expect(collectProvenance(notebookOf(plain))).toEqual({ sources: [], seeds: [1] });
  const both = notebookOf(plain, deep, deep, provenanceOf([], [2], "native (tfjs-node)"));
  expect(collectProvenance(both)).toEqual({
    sources: [],
    seeds: [1, 2],
    nets: "simd (telelink kernels), native (tfjs-node)",
  });
  const page = async (notebook: Notebook): Promise<string> =>
    (await renderNotebook(notebook, { name: "a.ipynb", date: "today" })).html;
  expect(await page(both)).toMatch(
    /Nets computed on<\/th><td>simd \(telelink kernels\), native \(tfjs-node\)/,
  );
  expect(await page(notebookOf(plain))).not.toContain("Nets computed on");
  expect(() => provenanceOutput({ sources: [], seeds: [], nets: 3 as unknown as string })).toThrow(
    "Cannot report provenance: nets must be a text, got 3",
  );
});
