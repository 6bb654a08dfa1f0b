import type { Declared } from "../../../notebook/parameters/kinds";
import { kindText } from "../../../notebook/parameters/kinds";
import { note, print, printTable } from "../output";

/** Prints the parameters that a notebook declares: name, type, default and what its comment says. */
export function printParameters(path: string, declared: readonly Declared[]): void {
  if (declared.length === 0) {
    note(`${path} declares no parameters: a cell tagged "parameters" does, with a value for each.`);
    return;
  }
  print(`Parameters of ${path}:`);
  printTable(
    ["name", "type", "default", "meaning"],
    declared.map((parameter) => [
      parameter.name,
      parameter.annotation ?? kindText(parameter.kind),
      parameter.text.replace(/\s+/g, " "),
      parameter.help ?? "",
    ]),
  );
}
