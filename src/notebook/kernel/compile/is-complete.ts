import type TS from "typescript6";
import { parseCell } from "./compile-cell";
import type { Compiler } from "./compiler";

/** Whether a cell can be run as it is; if not, how far the next line is indented. */
export type Completeness =
  | { readonly status: "complete" | "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/** What a console needs to know at the end of a line: run it, or let the person go on. */
export function isComplete(ts: Compiler, source: string): Completeness {
  const file = parseCell(ts, source).file as TS.SourceFile & {
    readonly parseDiagnostics: readonly TS.Diagnostic[];
  };
  const complaints = file.parseDiagnostics;
  if (complaints.length === 0) return { status: "complete" };
  // Two empty lines run it as it is.
  if (/\n\s*\n\s*$/.test(source)) return { status: "complete" };
  const end = source.trimEnd().length;
  const atEnd = complaints.some((complaint) => {
    const text = ts.flattenDiagnosticMessageText(complaint.messageText, "\n");
    return (complaint.start ?? 0) >= end && (/ expected\.$/.test(text) || /Unterminated/.test(text));
  });
  const open = complaints.some((complaint) => [1160, 1010].includes(complaint.code));
  return atEnd || open ? { status: "incomplete", indent: nextIndent(source) } : { status: "invalid" };
}

function nextIndent(source: string): string {
  const line = source.slice(source.lastIndexOf("\n") + 1);
  const indent = line.match(/^\s*/)?.[0] ?? "";
  return /[([{]\s*$/.test(line) ? `${indent}  ` : indent;
}
