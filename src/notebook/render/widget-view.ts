import { ansiToHtml } from "../../report/ansi";
import { escapeHtml } from "../../report/html";
import { sanitize } from "../../report/sanitize";
import { type Fields, isFields, joined } from "../nbformat";

export const widgetViewMime = "application/vnd.jupyter.widget-view+json";

// Boxes may hold each other.
const deepest = 12;

/**
 * A widget of Jupyter's own as it stood when its notebook ended, as still HTML; undefined for one whose state is not
 * there or that is not known. `view` is what the output holds, `models` are the states by id.
 */
export function widgetView(view: unknown, models: Fields, depth = 0): string | undefined {
  const id = isFields(view) ? view.model_id : view;
  const model = models[String(id).replace(/^IPY_MODEL_/, "")];
  if (!isFields(model) || !isFields(model.state) || depth > deepest) return undefined;
  const { state } = model;
  const name = String(model.model_name ?? state._model_name ?? "").replace(/Model$/, "");
  if (Array.isArray(state.children)) {
    const parts = state.children.map((child) => widgetView(child, models, depth + 1));
    if (parts.length === 0 || parts.includes(undefined)) return undefined;
    const titles = Array.isArray(state.titles) ? state.titles : [];
    const named = parts.map((part, i) =>
      titles[i] ? `<p>${escapeHtml(String(titles[i]))}</p>${part}` : part,
    );
    return `<div class="tl-widget${name === "HBox" ? " tl-beside" : ""}">${named.join("")}</div>`;
  }
  if (name === "Output") return outputsOf(state.outputs);
  if (name === "Image") return imageOf(model);
  const words = String(state.description ?? "").trim();
  const label = words === "" ? "" : `${escapeHtml(words)}${/[:?]$/.test(words) ? "" : ":"} `;
  if (/^(HTML|HTMLMath|Label)$/.test(name))
    return `<div>${label}${sanitize(String(state.value ?? ""))}</div>`;
  if (name === "Button") return `<p>[${escapeHtml(words)}]</p>`;
  if (/Progress$/.test(name)) {
    const [min, max, value] = [state.min ?? 0, state.max ?? 100, state.value ?? 0].map(Number);
    const share = max > min ? (value - min) / (max - min) : 0;
    const said = `${value} of ${max}`;
    return `<div>${label}<progress value="${share}" max="1" aria-label="${escapeHtml(`${words} ${said}`.trim())}"></progress></div>`;
  }
  const value = settingOf(state);
  return value === undefined ? undefined : `<p>${label}<strong>${escapeHtml(value)}</strong></p>`;
}

/** What a control is set to, in words; undefined where it has no value. */
function settingOf(state: Fields): string | undefined {
  const options = state._options_labels;
  const at = state.index ?? null;
  if (Array.isArray(options)) {
    const chosen = [at].flat().filter((i) => i !== null);
    return chosen.length === 0 ? "none" : chosen.map((i) => String(options[Number(i)] ?? "")).join(", ");
  }
  const { value } = state;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" || typeof value === "string") return String(value);
  if (Array.isArray(value)) return value.map(String).join(" to ");
  return value === null ? "none" : undefined;
}

function imageOf({ state, buffers }: Fields): string | undefined {
  const held = (Array.isArray(buffers) ? buffers : []).filter(isFields);
  const bytes = held.find(({ path }) => String(path) === "value")?.data;
  const format = String((state as Fields).format ?? "png").replace("jpg", "jpeg");
  if (typeof bytes !== "string" || !/^(png|jpeg|gif|webp)$/.test(format) || !/^[\w+/=]+$/.test(bytes))
    return undefined;
  return `<img src="data:image/${format};base64,${bytes}" alt="Picture of a widget">`;
}

/** What a widget of outputs has caught. */
function outputsOf(outputs: unknown): string | undefined {
  const parts = (Array.isArray(outputs) ? outputs : []).filter(isFields).map((output) => {
    const data = isFields(output.data) ? output.data : {};
    const markup = joined(data["text/html"]);
    if (markup !== undefined) return sanitize(markup);
    const text =
      joined(output.text) ?? joined(data["text/plain"]) ?? `${output.ename ?? ""}: ${output.evalue ?? ""}`;
    return `<pre tabindex="0" class="tl-stream">${ansiToHtml(text)}</pre>`;
  });
  return `<div class="tl-widget">${parts.join("")}</div>`;
}
