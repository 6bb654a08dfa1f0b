import { cholesky } from "../../core/math/linear-algebra";
import type { ModelJson } from "../../core/model";
import type { Rng } from "../../core/rng";
import { asTable } from "../../data/polars";
import type { ColumnSchema } from "../../data/schema";
import { checkParts } from "../drawing/check-parts";
import { type Drawing, sampler } from "../drawing/draw-rows";
import { type DrawnVariable, drawnVariable } from "../drawing/drawn-variable";
import { allowedBits, masksOf, wordCount } from "../drawing/masks";
import type { Wishes } from "../drawing/wishes";
import { bandReads } from "../structure/discover/bands";
import type { DiscoverOptions } from "../structure/discover/discover";
import { argumentsOf } from "../structure/formulas";
import { structureOf } from "../structure/given/structure-of";
import { syntheticSchema } from "../structure/restore";
import { cellsOf, formulaOf, type Structure, type Variable } from "../structure/structure";
import { reduceTable } from "../structure/variables";
import { checkTrainable, type FitSynthesiser, partsFrom, type Synthesiser } from "../synthesiser";
import { adjustDimension, type Dimension, dimensionsOf } from "./dimensions";
import {
  type CopulaDraw,
  type CopulaPool,
  choiceOf,
  drawCopulaVariable,
  emptyCopulaPool,
  gatherCopulaPools,
} from "./draw-variable";
import { definite, latentCorrelation } from "./latent";

export interface CopulaOptions extends DiscoverOptions {
  /** What holds in the table; discovered from it when left out. */
  readonly structure?: Structure;
}

/** Margins and the correlations of the normal numbers behind them. */
export interface Copula extends Synthesiser {
  readonly kind: "copula";
  readonly structure: Structure;
}

interface CopulaParts {
  readonly schema: readonly ColumnSchema[];
  readonly structure: Structure;
  readonly variables: readonly DrawnVariable[];
  readonly dimensions: readonly Dimension[];
  /** Row-major. */
  readonly correlations: Float64Array;
}

/**
 * A Gaussian copula: every column keeps its own distribution exactly, levels included (thresholds of a latent normal
 * number, their correlation by Mehler's series), and columns depend on each other by one correlation per pair. Structural
 * zeros, formulas and orders hold by truncation. Fast and simple; it knows no interactions.
 */
export function copula(options: CopulaOptions = {}): FitSynthesiser<Copula> {
  return async (given, rng, watch = {}) => {
    const from = asTable(given);
    checkTrainable(from, "copula");
    watch.signal?.throwIfAborted();
    const structure = structureOf(from, rng, options);
    const variables = reduceTable(structure, from);
    const drawn = variables.map(drawnVariable);
    const seen = dimensionsOf(variables, (j) => unforcedRows(variables, drawn, structure, j));
    const size = seen.length;
    const correlations = new Float64Array(size * size);
    for (let a = 0; a < size; a++) {
      watch.signal?.throwIfAborted();
      correlations[a * size + a] = 1;
      for (let b = 0; b < a; b++) {
        const value = latentCorrelation(seen[a].column, seen[b].column);
        correlations[a * size + b] = value;
        correlations[b * size + a] = value;
      }
      watch.progress?.({ phase: "fit", done: a + 1, total: size });
    }
    const parts: CopulaParts = {
      schema: syntheticSchema(from, structure),
      structure,
      variables: drawn,
      dimensions: seen.map((seen) => seen.dimension),
      correlations: definite(correlations, size),
    };
    return copulaOf(structure.exclusions.length > 0 ? adjusted(parts, rng.fork("adjust")) : parts);
  };
}

const adjustingRows = 30_000;

/**
 * Rows that a structural zero forces leave the others a latent number that is no longer standard normal: thresholds and
 * scales are set anew, variable after variable, to what the rows of a large draw would have, so that margins stay exact.
 */
function adjusted(parts: CopulaParts, rng: Rng): CopulaParts {
  const found = new Map<Dimension, Dimension>();
  const none: Wishes = { cells: new Map(), columns: new Map(), last: -1 };
  const order = orderFor(parts, none);
  const draw: CopulaDraw = {
    ...drawIn(order, parts),
    adjust: (dimension, latent, own) => {
      const made = adjustDimension(dimension, own ? latent.filter((_, i) => own[i] === 1) : latent);
      found.set(dimension, made);
      return made;
    },
  };
  const pool = emptyCopulaPool(adjustingRows);
  for (const variable of order) drawCopulaVariable(pool, draw, none, rng.fork(variable.name));
  return { ...parts, dimensions: parts.dimensions.map((dimension) => found.get(dimension) ?? dimension) };
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadCopula(json: ModelJson): Copula {
  const parts = partsFrom<CopulaParts>(json, "copula");
  checkParts(parts, "load copula");
  return copulaOf({ ...parts, correlations: Float64Array.from(parts.correlations) });
}

function copulaOf(parts: CopulaParts): Copula {
  const { schema, structure, variables, dimensions, correlations } = parts;
  const drawingIn = (order: readonly DrawnVariable[]): Drawing<CopulaPool> => {
    const draw = drawIn(order, parts);
    return {
      ...draw,
      empty: emptyCopulaPool,
      step: (pool, wishes, rng) => drawCopulaVariable(pool, draw, wishes, rng),
      gather: gatherCopulaPools,
    };
  };
  return {
    kind: "copula",
    columns: schema,
    structure,
    sample: sampler(drawingIn(variables), (wishes) => drawingIn(orderFor(parts, wishes))),
    toJSON: () => ({
      kind: "copula",
      version: 1,
      schema,
      structure,
      variables,
      dimensions,
      correlations: Array.from(correlations),
    }),
  };
}

/** 1 for rows in which the variable may have more than one cell, given those before it; undefined: all. */
function unforcedRows(
  variables: readonly Variable[],
  drawn: readonly DrawnVariable[],
  structure: Structure,
  j: number,
): Uint8Array | undefined {
  const masks = masksOf(drawn, structure.exclusions, j);
  const count = drawn[j].labels.length;
  const cells = variables.slice(0, j).map(cellsOf);
  const rows = cellsOf(variables[j]).length;
  const bits = allowedBits(masks, cells, count, rows);
  if (!bits) return undefined;
  return Uint8Array.from(choiceOf(drawn[j], bits, wordCount(count), rows).forced, (cell) =>
    cell >= 0 ? 0 : 1,
  );
}

/**
 * The order of drawing: variables that conditions touch first, so that all others are drawn given them, without any
 * weight; arguments of formulas before the columns computed from them.
 */
function orderFor({ variables, structure }: CopulaParts, wishes: Wishes): readonly DrawnVariable[] {
  const names = new Set(variables.map((variable) => variable.name));
  const base = variables.map((variable) => variable.name);
  const needs = (name: string): readonly string[] => {
    const plan = structure.columns.find((column) => column.name === name);
    const own = formulaOf(plan);
    const formula = plan?.kind === "bands" ? bandReads(plan) : own ? argumentsOf(own) : [];
    // What a structural zero can force is drawn after what forces it, as in fitting.
    const forcing = structure.exclusions.flatMap(({ columns: [a, b] }) =>
      a === name ? [b] : b === name ? [a] : [],
    );
    return [...formula, ...forcing.filter((other) => base.indexOf(other) < base.indexOf(name))];
  };
  const order: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    for (const argument of needs(name)) visit(argument);
    if (names.has(name) && !order.includes(name)) order.push(name);
  };
  for (const j of wishes.cells.keys()) visit(variables[j].name);
  for (const name of wishes.columns.keys()) visit(name);
  for (const variable of variables) visit(variable.name);
  return order.map((name) => variables.find((variable) => variable.name === name) as DrawnVariable);
}

/** What drawing in that order needs. */
function drawIn(order: readonly DrawnVariable[], parts: CopulaParts): CopulaDraw {
  const { structure, schema, dimensions, correlations } = parts;
  const size = dimensions.length;
  const places = order.flatMap((variable) =>
    [...dimensions.keys()].filter((d) => dimensions[d].variable === variable.name),
  );
  const permuted = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) permuted[a * size + b] = correlations[places[a] * size + places[b]];
  }
  return {
    schema,
    structure,
    variables: order,
    dimensions: order.map((variable) =>
      dimensions.filter((dimension) => dimension.variable === variable.name),
    ),
    factor: cholesky(permuted, size) ?? permuted,
    size,
    masks: order.map((_, j) => masksOf(order, structure.exclusions, j)),
  };
}
