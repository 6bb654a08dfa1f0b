import { check } from "../../../core/checks";
import { inSet, type Trees } from "../../trees/trees";
import { type OnnxColumn, type OnnxInputs, singleColumns } from "./columns";
import type { OnnxGraph } from "./graph";

/** The sum of the leaves that each row reaches, [N, 1], in double. */
export function treeSumOnnx(trees: Trees, inputs: OnnxInputs, graph: OnnxGraph): string {
  return graph.node("Cast", [treesOnnx(trees, singleColumns(inputs, graph), graph)], { to: { int: 11 } });
}

/**
 * A categorical node becomes a column "is in its set" made from
 * the level's 0/1 columns, because ONNX trees compare numbers only. Computed in double, answered in float.
 */
function treesOnnx(trees: Trees, columns: readonly OnnxColumn[], graph: OnnxGraph): string {
  check(
    columns.length === trees.features.length,
    "write ONNX",
    `there must be ${trees.features.length} columns`,
    columns.length,
  );
  const sets = columns.map(
    () =>
      new Map<string, { readonly id: number; readonly left: Set<number>; readonly missingLeft: boolean }>(),
  );
  const numeric = columns.flatMap((column, j) =>
    trees.kept[j] ? [] : [{ j, value: (column as { numeric: string }).numeric }],
  );
  const idOf = new Map(numeric.map(({ j }, k) => [j, k]));
  let width = numeric.length;
  const nodes = trees.feature.length;
  const asked = new Int32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const j = trees.feature[node];
    if (j < 0) continue;
    const levels = trees.kept[j];
    if (!levels) asked[node] = idOf.get(j) as number;
    else {
      const left = new Set(levels.filter((_, slot) => inSet(trees.sets, trees.threshold[node], slot)));
      const missingLeft = trees.missingLeft[node] === 1;
      const key = `${missingLeft}:${[...left].join(",")}`;
      let found = sets[j].get(key);
      if (!found) {
        found = { id: width++, left, missingLeft };
        sets[j].set(key, found);
      }
      asked[node] = found.id;
    }
  }
  const parts = numeric.map(({ value }) => value);
  // Set columns were numbered as they were met, so that they are gathered and put in order at the end.
  const order: number[] = numeric.map((_, k) => k);
  sets.forEach((some, j) => {
    if (some.size === 0) return;
    const found = [...some.values()];
    parts.push(
      membership(
        columns[j] as { levels: string; count: number },
        trees.kept[j] as readonly number[],
        found,
        graph,
      ),
    );
    order.push(...found.map((one) => one.id));
  });
  const joined = parts.length === 1 ? parts[0] : graph.node("Concat", parts, { axis: { int: 1 } });
  const inverse = new Array<number>(width);
  order.forEach((id, k) => {
    inverse[id] = k;
  });
  const x = graph.node("Gather", [joined, graph.integers(inverse)], { axis: { int: 1 } });
  return graph.node("TreeEnsembleRegressor", [x], ensemble(trees, asked), { domain: "ai.onnx.ml" });
}

/** [N, sets]: 1 where the row's level goes left. Levels that the trees do not keep go where missing ones go. */
function membership(
  { levels, count }: { readonly levels: string; readonly count: number },
  kept: readonly number[],
  sets: readonly { readonly left: Set<number>; readonly missingLeft: boolean }[],
  graph: OnnxGraph,
): string {
  const known = new Set(kept);
  const values = new Float64Array(count * sets.length);
  sets.forEach(({ left, missingLeft }, s) => {
    for (let code = 0; code < count; code++) {
      const goesLeft = known.has(code) ? left.has(code) : missingLeft;
      // A row without level has 0 in all columns: count from what such a row does.
      values[code * sets.length + s] = Number(goesLeft) - Number(missingLeft);
    }
  });
  const base = graph.constant(
    sets.map((set) => Number(set.missingLeft)),
    [1, sets.length],
  );
  return graph.node("Add", [
    graph.node("MatMul", [levels, graph.constant(values, [count, sets.length])]),
    base,
  ]);
}

function ensemble(trees: Trees, asked: Int32Array): Parameters<OnnxGraph["node"]>[2] {
  const nodes = trees.feature.length;
  const tree = new Int32Array(nodes);
  const own = new Int32Array(nodes);
  for (let t = 0; t + 1 < trees.roots.length; t++)
    for (let node = trees.roots[t]; node < trees.roots[t + 1]; node++) {
      tree[node] = t;
      own[node] = node - trees.roots[t];
    }
  const inner = Array.from({ length: nodes }, (_, node) => trees.feature[node] >= 0);
  const categorical = inner.map((is, node) => is && trees.kept[trees.feature[node]] !== undefined);
  const leaves = [...inner.keys()].filter((node) => !inner[node]);
  const double = (
    values: ArrayLike<number>,
  ): { tensor: { type: "double"; dims: number[]; values: ArrayLike<number> } } => ({
    tensor: { type: "double", dims: [values.length], values },
  });
  return {
    n_targets: { int: 1 },
    aggregate_function: { text: "SUM" },
    post_transform: { text: "NONE" },
    nodes_treeids: { ints: tree },
    nodes_nodeids: { ints: own },
    nodes_featureids: { ints: asked },
    nodes_modes: {
      texts: inner.map((is, node) => (is ? (categorical[node] ? "BRANCH_GT" : "BRANCH_LEQ") : "LEAF")),
    },
    nodes_values_as_tensor: double(
      inner.map((is, node) => (is ? (categorical[node] ? 0.5 : trees.threshold[node]) : 0)),
    ),
    nodes_truenodeids: { ints: inner.map((is, node) => (is ? own[trees.left[node]] : 0)) },
    nodes_falsenodeids: { ints: inner.map((is, node) => (is ? own[trees.left[node] + 1] : 0)) },
    nodes_missing_value_tracks_true: {
      ints: inner.map((is, node) => (is && !categorical[node] ? trees.missingLeft[node] : 0)),
    },
    target_treeids: { ints: leaves.map((node) => tree[node]) },
    target_nodeids: { ints: leaves.map((node) => own[node]) },
    target_ids: { ints: new Int32Array(leaves.length) },
    target_weights_as_tensor: double(leaves.map((node) => trees.threshold[node])),
  };
}
