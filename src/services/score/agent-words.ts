import { percent } from "../../core/format";
import type { Reason } from "../../models/explain/reasons";
import type { Change } from "./changes";
import type { DeskField } from "./columns";

/** Reasons and offers named at most. */
const mostReasons = 3;

/**
 * What an agent can say to the customer, a sentence each: what to do, what to speak of (what raises the probability of
 * leaving), and the offer that lowers it most.
 */
export function agentWords(
  action: string,
  reasons: readonly Reason[],
  changes: readonly Change[],
  fields: readonly DeskField[],
): string[] {
  const label = (column: string): string => fields.find((field) => field.column === column)?.label ?? column;
  const worries = reasons
    // What nobody knows of the customer can't be spoken of.
    .filter((reason) => reason.contribution > 0 && reason.value !== "")
    .slice(0, mostReasons)
    .map((reason) => `${label(reason.column)} ${reason.value}`);
  const [best] = changes;
  return [
    `${action}.`,
    ...(worries.length > 0 ? [`Speak of what raises the risk: ${worries.join("; ")}.`] : []),
    ...(best
      ? [
          `Offer ${label(best.column)}: ${best.to} instead of ${best.from}; the model then says ${percent(best.probability)}${best.cost === undefined ? " (what it costs is not known)" : `, at a cost of ${best.cost}`}.`,
        ]
      : []),
  ];
}
