import { type Allowances, compareShown, type Difference } from "../../report/compare-shown";
import { type Shown, shownIn } from "../../report/shown";
import { type Fields, isJsonMime, type Notebook, type Output, sorted, tagged } from "../nbformat";
import { variesTag } from "../render/varies";
import { widgetView, widgetViewMime } from "../render/widget-view";
import { widgetStates } from "../run/widgets";

/** Where the outputs of two runs of a notebook differ, in every form that they hold. */
export function compareOutputs(stated: Notebook, found: Notebook, allowances: Allowances): Difference[] {
  return compareShown(everything(stated), everything(found), allowances);
}

function everything(notebook: Notebook): Shown[] {
  const models = widgetStates(notebook.metadata.widgets);
  return notebook.cells.flatMap((cell, i) =>
    tagged(cell, variesTag)
      ? []
      : (cell.outputs ?? []).flatMap((output, j) =>
          contentOf(output, `cell ${i + 1}, output ${j + 1}`, models),
        ),
  );
}

function contentOf(output: Output, part: string, models: Fields): Shown[] {
  if (output.output_type === "stream")
    return output.text.split("\n").map((text, i) => ({ part, place: `${output.name}, line ${i + 1}`, text }));
  if (output.output_type === "error")
    return [{ part, place: "error", text: `${output.ename}: ${output.evalue}` }];
  return Object.entries(output.data).flatMap(([mime, value]): Shown[] => {
    if (mime === "text/html" || mime === "image/svg+xml")
      return shownIn(String(value), part).map((shown) => ({ ...shown, place: `${mime}, ${shown.place}` }));
    // A widget has another name in every run; what it shows is compared.
    if (mime === widgetViewMime)
      return shownIn(widgetView(value, models) ?? "", part).map((shown) => ({
        ...shown,
        place: `widget, ${shown.place}`,
      }));
    const text = isJsonMime(mime) ? JSON.stringify(sorted(value)) : String(value);
    return text.split("\n").map((line) => ({ part, place: mime, text: line }));
  });
}
