/** Output data by MIME type: text as one string, JSON as it is. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface StreamOutput {
  readonly output_type: "stream";
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

export interface DataOutput {
  readonly output_type: "display_data" | "execute_result";
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Of an execute_result only. */
  readonly execution_count?: number | null;
}

export interface ErrorOutput {
  readonly output_type: "error";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export type Output = StreamOutput | DataOutput | ErrorOutput;

export interface CellMetadata {
  readonly tags?: readonly string[];
  readonly [field: string]: unknown;
}

export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly id: string;
  readonly source: string;
  readonly metadata: CellMetadata;
  /** Of a code cell only. */
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
  readonly attachments?: Readonly<Record<string, MimeBundle>>;
}

export interface NotebookMetadata {
  readonly kernelspec?: {
    readonly name?: string;
    readonly display_name?: string;
    readonly language?: string;
  };
  readonly language_info?: {
    readonly name?: string;
    readonly file_extension?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** A notebook of format 4.5, every text as one string. */
export interface Notebook {
  readonly nbformat: 4;
  readonly nbformat_minor: 5;
  readonly metadata: NotebookMetadata;
  readonly cells: readonly Cell[];
}

export type Fields = Record<string, unknown>;

/** An error as a kernel or a file of any version tells of it. */
export function errorOutput({ ename, evalue, traceback }: Fields): ErrorOutput {
  return {
    output_type: "error",
    ename: String(ename ?? ""),
    evalue: String(evalue ?? ""),
    traceback: Array.isArray(traceback) ? traceback.map(String) : [],
  };
}

/** A data output from a message's content or a notebook's output. */
export function dataOutput(type: "display_data" | "execute_result", from: Fields): DataOutput {
  const data: Fields = {};
  for (const [mime, value] of Object.entries(isFields(from.data) ? from.data : {})) {
    data[mime] = isJsonMime(mime) ? value : (joined(value) ?? JSON.stringify(value));
  }
  const metadata = isFields(from.metadata) ? from.metadata : {};
  const out: DataOutput = { output_type: type, data, metadata };
  if (type === "display_data") return out;
  return { ...out, execution_count: typeof from.execution_count === "number" ? from.execution_count : null };
}

/** Whether outputs of this MIME type hold JSON values and not text. */
export function isJsonMime(mime: string): boolean {
  return mime === "application/json" || /^application\/.*\+json$/.test(mime);
}

/** A text of a notebook, which may be a list of lines; undefined for anything else. */
export function joined(text: unknown): string | undefined {
  if (typeof text === "string") return text;
  return Array.isArray(text) && text.every((line) => typeof line === "string") ? text.join("") : undefined;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Beyond this a text stays one string: a list of a million lines costs more memory than the text itself.
const longestListed = 1 << 20;

/** The notebook as nbformat's own writer lays it out: one blank of indent, keys in order, texts as lists of lines. */
export function formatNotebook(notebook: Notebook): string {
  return [...notebookPieces(notebook)].join("");
}

/** The text of `formatNotebook`, a cell at a time: a notebook with much output need not be in memory twice. */
export function* notebookPieces(notebook: Notebook): Generator<string> {
  const { cells, ...rest } = notebook;
  yield '{\n "cells": [';
  for (const [i, cell] of cells.entries())
    yield `${i > 0 ? "," : ""}\n  ${indented(formatCell(cell), "\n  ")}`;
  yield cells.length > 0 ? "\n ],\n" : "],\n";
  yield `${indented(rest, "\n").slice(2)}\n`;
}

function indented(value: unknown, lineStart: string): string {
  const text = JSON.stringify(sorted(value), undefined, 1);
  return lineStart === "\n" ? text : text.replaceAll("\n", lineStart);
}

function formatCell(cell: Cell): unknown {
  // The format wants a count and outputs in every code cell.
  const run =
    cell.cell_type === "code"
      ? { execution_count: cell.execution_count ?? null, outputs: (cell.outputs ?? []).map(formatOutput) }
      : {};
  return { ...cell, source: lines(cell.source), ...run };
}

function formatOutput(output: Output): unknown {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([mime, value]) => [
    mime,
    typeof value === "string" && /^text\/|svg|javascript/.test(mime) ? lines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

function lines(text: string): string | string[] {
  return text.length > longestListed ? text : (text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
}

/** The value with the keys of its objects in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .filter((key) => value[key] !== undefined)
      .map((key) => [key, sorted(value[key])]),
  );
}

/** Whether the cell carries the tag. */
export function tagged(cell: Cell, tag: string): boolean {
  const { tags } = cell.metadata;
  return Array.isArray(tags) && tags.includes(tag);
}

/** The notebook without outputs, counts and timings: what belongs into version control. */
export function stripOutputs(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => {
    const { execution: _, ...metadata } = cell.metadata;
    return cell.cell_type === "code"
      ? { ...cell, metadata, execution_count: null, outputs: [] }
      : { ...cell, metadata };
  });
  const { telelink, widgets: _, ...metadata } = notebook.metadata;
  const kept = isFields(telelink) ? { telelink: withoutRun(telelink) } : {};
  return { ...notebook, metadata: { ...metadata, ...kept }, cells };
}

function withoutRun(telelink: Fields): Fields {
  const { run: _, ...rest } = telelink;
  return rest;
}
