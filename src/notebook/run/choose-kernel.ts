import { check } from "../../core/checks";
import { findKernelSpec, type KernelSpec, listKernelSpecs } from "../kernel-spec";
import { languageName, languageOf } from "../language";
import type { Notebook } from "../nbformat";

/**
 * The kernel to run the notebook with: the one asked for, the one that it names, or, where it names none, one of its
 * language. What is guessed is told to `note`.
 * @throws RangeError where there is none.
 */
export function chooseKernel(
  notebook: Notebook,
  path: string,
  asked: string | undefined,
  note: (text: string) => void,
): KernelSpec {
  const named = asked ?? notebook.metadata.kernelspec?.name;
  if (named) return findKernelSpec(named);
  const stated = languageOf(notebook);
  const kernels = listKernelSpecs();
  const seen = languageOfCode(notebook);
  // Where nothing tells, Jupyter's own tools take Python.
  const language =
    stated || seen || (kernels.some(({ name }) => name === "python3") ? "python" : "typescript");
  const found =
    kernels.find((kernel) => language === "python" && kernel.name === "python3") ??
    kernels.find((kernel) => languageName(kernel.language) === language);
  const names = kernels.map((kernel) => kernel.name).join(", ");
  check(
    found !== undefined,
    `run ${path}`,
    `it names no kernel, and none of those here (${names}) speaks its language: give --kernel`,
    language,
  );
  const why = stated
    ? `by its language, ${language}`
    : seen
      ? `by its code, which looks like ${language}`
      : "though nothing in it says so: give --kernel for another";
  note(`it names no kernel: ${found.name} is taken ${why}`);
  return found;
}

const python =
  /^[ \t]*(?:def \w+\(.*\)(?: ->.*)?:|class \w+.*:|from [\w.]+ import |import [\w.]+(?: as \w+)?(?:, [\w.]+)*[ \t]*(?:#.*)?$|print\(|%%?\w+|!\w|elif |with .*:$|for .* in .*:$|if .*:$|while .*:$|try:)|\b(?:True|False|None)\b|^#/m;

const script =
  /^[ \t]*(?:export |const |let |var |interface \w|type \w+.*=|enum \w|(?:async )?function\b|class \w+.*\{|import .*["']|\/\/|\/\*)|=>|;[ \t]*$|\bconsole\.|\bawait /m;

function languageOfCode(notebook: Notebook): string | undefined {
  const code = notebook.cells.filter((cell) => cell.cell_type === "code").map((cell) => cell.source);
  const text = code.join("\n");
  return python.test(text) ? "python" : script.test(text) ? "typescript" : undefined;
}
