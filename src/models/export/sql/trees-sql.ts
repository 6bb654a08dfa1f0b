import { inSet, type Trees } from "../../trees/trees";
import { type Define, sqlNumber, sqlSum } from "./text";

/** The sum of the leaves that a row reaches, over `columns`, one name or expression a feature. */
export function treesSql(trees: Trees, columns: readonly string[], define: Define): string {
  const treeSql = define.shallow ? decisionsSql : nodeSql;
  const roots = Array.from(trees.roots.subarray(0, trees.roots.length - 1));
  return sqlSum(roots.map((root) => treeSql(trees, columns, root)));
}

/** CASE takes ELSE for NULL conditions, so that a missing value goes right unless it is asked for. */
function nodeSql(trees: Trees, columns: readonly string[], node: number): string {
  const feature = trees.feature[node];
  if (feature < 0) return sqlNumber(trees.threshold[node]);
  const left = nodeSql(trees, columns, trees.left[node]);
  const right = nodeSql(trees, columns, trees.left[node] + 1);
  return `CASE WHEN ${conditionSql(trees, columns[feature], feature, node)} THEN ${left} ELSE ${right} END`;
}

/**
 * A list of decisions, from the leftmost leaf on: a row is at the first leaf at which all conditions of turning left hold,
 * as any that were to hold on the way right would have led to an earlier one. Longer than nested cases, and twice the work.
 */
function decisionsSql(trees: Trees, columns: readonly string[], root: number): string {
  const cases: string[] = [];
  const leaf = (node: number): string => sqlNumber(trees.threshold[node]);
  let rest = root;
  const visit = (node: number, left: readonly string[]): void => {
    const feature = trees.feature[node];
    if (feature >= 0) {
      visit(trees.left[node], [...left, conditionSql(trees, columns[feature], feature, node)]);
      visit(trees.left[node] + 1, left);
    } else if (left.length > 0) cases.push(`WHEN ${left.join(" AND ")} THEN ${leaf(node)}`);
    else rest = node;
  };
  visit(root, []);
  return cases.length === 0 ? leaf(rest) : `CASE ${cases.join(" ")} ELSE ${leaf(rest)} END`;
}

function conditionSql(trees: Trees, column: string, feature: number, node: number): string {
  const missingLeft = trees.missingLeft[node] === 1;
  const levels = trees.kept[feature];
  if (!levels) {
    const test = `${column} <= ${sqlNumber(trees.threshold[node])}`;
    return missingLeft ? `(${test} OR ${column} IS NULL)` : test;
  }
  // Levels without a slot go where missing values go: ask for the side on which they are not.
  const going = levels.filter((_, slot) => inSet(trees.sets, trees.threshold[node], slot) !== missingLeft);
  const test = going.length === 0 ? "FALSE" : `${column} IN (${going.map(sqlNumber).join(", ")})`;
  return missingLeft ? `(${test}) IS NOT TRUE` : test;
}
