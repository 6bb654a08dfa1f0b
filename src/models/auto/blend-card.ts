import { expit } from "../../core/math/special";
import { column, joinColumns, type Matrix, matrix } from "../../core/matrix";
import type { Explain, ModelCard } from "../card";
import { type Contributions, rescaled } from "../explain/rescale";
import { sqlNumber, sqlSum } from "../export/sql/text";
import { type Blend, blendFromJSON } from "./blend";

export const blendCard: ModelCard<Blend> = {
  kind: "blend",
  title: "Blend",
  fromJSON: blendFromJSON,
  explain: contributionsOfBlend,
  treeNodes: ({ members }, inner) => members.reduce((sum, { model }) => sum + inner(model), 0),
  sql({ members }, columns, define, inner) {
    const own = members.map(({ model }) => define(inner(model, columns, define)));
    if (own.length === 1) return own[0];
    const sum = sqlSum(members.map(({ weight }, m) => `${sqlNumber(weight)} * ${own[m]}`));
    return `LEAST(GREATEST(${own.join(", ")}), ${sum})`;
  },
  onnx({ members }, inputs, graph, inner) {
    const own = members.map(({ model }) => inner(model, inputs, graph));
    const parts = members.map(({ weight }, m) =>
      graph.node("Mul", [own[m], graph.constant([weight], [1, 1])]),
    );
    return graph.node("Min", [graph.node("Sum", parts), graph.node("Max", own)]);
  },
};

function contributionsOfBlend({ members }: Blend, x: Matrix, explain: Explain): Contributions | undefined {
  const parts: Contributions[] = [];
  for (const { model } of members) {
    const part = explain(model, x);
    if (!part) return undefined;
    parts.push(part);
  }
  if (parts.length === 1) return parts[0];
  // Members may have discovered features of their own, which follow the columns that all have.
  const extras = parts.flatMap((part) =>
    part.x.features
      .slice(x.columns)
      .map((feature, k) => ({ feature, values: column(part.x, x.columns + k) })),
  );
  const wide = extras.reduce(
    (wider, { feature, values }) => joinColumns(wider, matrix(x.rows, 1, values, [feature])),
    x,
  );
  const sums = new Float64Array(wide.values.length);
  let expected = 0;
  let after = x.columns;
  parts.forEach((part, m) => {
    const { weight } = members[m];
    const contributions = part.unit === "log odds" ? rescaled(part, expit, "probability", false) : part;
    expected += weight * contributions.expected;
    for (let j = 0; j < contributions.x.columns; j++) {
      const to = column(matrix(x.rows, wide.columns, sums), j < x.columns ? j : after++);
      column(contributions.values, j).forEach((value, i) => {
        to[i] += weight * value;
      });
    }
  });
  const exact = parts.every((part) => part.exact && part.unit !== "log odds");
  const unit = parts[0].unit === "log odds" ? "probability" : parts[0].unit;
  return { unit, expected, exact, values: matrix(x.rows, wide.columns, sums, wide.features), x: wide };
}
