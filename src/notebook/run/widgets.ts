import { type Fields, isFields } from "../nbformat";
import type { Message } from "../wire";

/** The MIME type under which a notebook's metadata keep the states of its widgets. */
const widgetStateMime = "application/vnd.jupyter.widget-state+json";

interface Model {
  state: Fields;
  /** Binary values by their path. */
  readonly buffers: Map<string, Fields>;
}

/** The states of a run's widgets, from what their models say of themselves. */
export class Widgets {
  private readonly models = new Map<string, Model>();

  /** Takes a message of the output channel; returns false when it is of no widget. */
  add({ header, content, buffers }: Message): boolean {
    const id = String(content.comm_id);
    const opens = header.msg_type === "comm_open" && content.target_name === "jupyter.widget";
    if (opens) this.models.set(id, { state: {}, buffers: new Map() });
    const model = this.models.get(id);
    if (!model || !(opens || header.msg_type === "comm_msg") || !isFields(content.data)) return false;
    const { state, buffer_paths: paths, method = "update" } = content.data;
    if (method !== "update" || !isFields(state)) return true;
    model.state = { ...model.state, ...state };
    for (const [i, path] of (Array.isArray(paths) ? paths : []).entries()) {
      const data = buffers?.[i]?.toString("base64");
      if (data !== undefined) model.buffers.set(JSON.stringify(path), { data, path, encoding: "base64" });
    }
    return true;
  }

  /** What a notebook's metadata say of them, those it already has kept; undefined where there are none. */
  metadata(before?: unknown): Fields | undefined {
    if (this.models.size === 0) return isFields(before) ? before : undefined;
    const made = [...this.models].map(([id, { state, buffers }]) => [
      id,
      {
        model_name: state._model_name,
        model_module: state._model_module,
        model_module_version: state._model_module_version,
        state,
        ...(buffers.size > 0 && { buffers: [...buffers.values()] }),
      },
    ]);
    const states = { ...widgetStates(before), ...Object.fromEntries(made) };
    return { [widgetStateMime]: { state: states, version_major: 2, version_minor: 0 } };
  }
}

/** The models in a notebook's `metadata.widgets`, by id. */
export function widgetStates(widgets: unknown): Fields {
  const held = isFields(widgets) ? widgets[widgetStateMime] : undefined;
  return isFields(held) && isFields(held.state) ? held.state : {};
}
