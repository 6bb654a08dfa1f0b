import { describe, expect, test } from "vitest";
import { formatNotebook, stripOutputs } from "../../src/notebook/nbformat";
import { parseNotebook } from "../../src/notebook/parse-notebook";
import { code, notebook, prose } from "./fixtures/make";

describe("parseNotebook", () => {
  test("parseNotebook(formatNotebook(notebook)) gives the notebook back", () => {
    const one = notebook([prose("# A\n\ntext"), code("1 + 1\n", "parameters")]);
    const back = parseNotebook(formatNotebook(one), "one.ipynb");
    expect(back.cells.map((cell) => [cell.id, cell.source])).toEqual([
      ["cell-1", "# A\n\ntext"],
      ["cell-2", "1 + 1\n"],
    ]);
    expect(formatNotebook(back)).toBe(formatNotebook(parseNotebook(formatNotebook(back), "one.ipynb")));
  });

  test("parseNotebook gives cells of format 4.4 ids, the same at every reading", () => {
    const cell = {
      cell_type: "code",
      metadata: {},
      source: ["a\n", "b"],
      outputs: [],
      execution_count: null,
    };
    const text = JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: [cell, cell] });
    const [first, second] = parseNotebook(text, "old.ipynb").cells;
    expect(first.source).toBe("a\nb");
    expect(first.id).toMatch(/^[0-9a-f]{8}$/);
    expect(first.id).not.toBe(second.id);
    expect(parseNotebook(text, "old.ipynb").cells[0].id).toBe(first.id);
  });

  test.each([
    ["{", /Cannot read x.ipynb: a notebook must be JSON, but /],
    ["[]", /must have the field nbformat/],
    ['{"nbformat": 5}', /must be 1 to 4, got 5/],
    ['{"nbformat": 4}', /must have a list of cells/],
    ['{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}', /source of cell 1 must be a text/],
  ])("parseNotebook(%s) says what is wrong", (text, message) => {
    expect(() => parseNotebook(text, "x.ipynb")).toThrow(message);
  });
});

describe("stripOutputs", () => {
  test("stripOutputs leaves sources, tags and ids and nothing of a run", () => {
    const one = notebook([code("1", "parameters")]);
    const ran = {
      ...one,
      cells: one.cells.map((cell) => ({
        ...cell,
        metadata: { ...cell.metadata, execution: { a: 1 } },
        execution_count: 3,
        outputs: [{ output_type: "stream" as const, name: "stdout" as const, text: "x" }],
      })),
    };
    expect(stripOutputs(ran).cells).toEqual([{ ...one.cells[0], execution_count: null, outputs: [] }]);
  });
});
