import { check } from "../../core/checks";
import { checkRules } from "../structure/given/check-rules";
import { variableNames } from "../structure/restore";
import type { DrawnParts } from "./wishes";

/** Throws where a model's file holds rules that cannot be kept, or does not draw what they leave to be drawn. */
export function checkParts(
  { structure, variables }: Pick<DrawnParts, "structure" | "variables">,
  action: string,
): void {
  checkRules(structure, action);
  const drawn = new Set(variables.map(({ name }) => name));
  const lacking = variableNames(structure).filter((name) => !drawn.has(name));
  check(
    lacking.length === 0,
    action,
    `its variables must be those that its rules leave to be drawn, without ${lacking.join(", ")}`,
  );
}
