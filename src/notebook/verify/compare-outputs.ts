import { type Allowances, compareShown, type Difference } from "../../report/compare-shown";
import { type Shown, shownIn } from "../../report/shown";
import { isJsonMime, type Notebook, type Output, sorted, tagged } from "../nbformat";
import { variesTag } from "../render/varies";

/** Where the outputs of two runs of a notebook differ, in every form that they hold. */
export function compareOutputs(stated: Notebook, found: Notebook, allowances: Allowances): Difference[] {
  return compareShown(everything(stated), everything(found), allowances);
}

function everything(notebook: Notebook): Shown[] {
  return notebook.cells.flatMap((cell, i) =>
    tagged(cell, variesTag)
      ? []
      : (cell.outputs ?? []).flatMap((output, j) => contentOf(output, `cell ${i + 1}, output ${j + 1}`)),
  );
}

function contentOf(output: Output, part: string): Shown[] {
  if (output.output_type === "stream")
    return output.text.split("\n").map((text, i) => ({ part, place: `${output.name}, line ${i + 1}`, text }));
  if (output.output_type === "error")
    return [{ part, place: "error", text: `${output.ename}: ${output.evalue}` }];
  return Object.entries(output.data).flatMap(([mime, value]): Shown[] => {
    if (mime === "text/html" || mime === "image/svg+xml")
      return shownIn(String(value), part).map((shown) => ({ ...shown, place: `${mime}, ${shown.place}` }));
    const text = isJsonMime(mime) ? JSON.stringify(sorted(value)) : String(value);
    return text.split("\n").map((line) => ({ part, place: mime, text: line }));
  });
}
