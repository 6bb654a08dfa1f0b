import {
  checkFigures,
  checkProvenance,
  type Figures,
  figuresMime,
  type Provenance,
  provenanceMime,
} from "../../report/figures";
import type { DataOutput, Notebook } from "../nbformat";

/** All figures that the outputs hold, and the first finding. @throws RangeError for figures that can't be. */
export function collectFigures(notebook: Notebook): Figures {
  const held = payloads<Figures>(notebook, figuresMime);
  const figures = held.flatMap((figures) => figures.figures ?? []);
  checkFigures(figures);
  return { finding: held.find((figures) => figures.finding)?.finding, figures };
}

/** All data sources and seeds that the outputs hold, each once. @throws RangeError for sources that can't be. */
export function collectProvenance(notebook: Notebook): Provenance {
  const held = payloads<Provenance>(notebook, provenanceMime);
  for (const provenance of held) checkProvenance(provenance);
  const sources = new Map(
    held
      .flatMap((provenance) => provenance.sources)
      .map((source) => [`${source.name} ${source.sha256}`, source]),
  );
  const nets = [...new Set(held.flatMap((provenance) => provenance.nets ?? []))];
  return {
    sources: [...sources.values()],
    seeds: [...new Set(held.flatMap((provenance) => provenance.seeds))],
    ...(nets.length > 0 && { nets: nets.join(", ") }),
  };
}

function payloads<T>(notebook: Notebook, mime: string): T[] {
  return notebook.cells
    .flatMap((cell) => cell.outputs ?? [])
    .filter((output): output is DataOutput => "data" in output && mime in output.data)
    .map((output) => {
      const value = output.data[mime];
      return (typeof value === "string" ? JSON.parse(value) : value) as T;
    });
}
