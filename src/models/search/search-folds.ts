import { type Labelled, takeLabelled, takeValues } from "../../core/matrix";
import type { Resample, Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { Split } from "../../data/split";
import { takeTableRows } from "../../data/table";
import { type Encode, encode as fitEncode } from "../../features/encode";
import { type LabelledTable, typedRows } from "../out-of-fold";
import { type SharedFold, sharedLabelled, sharedMatrix, sharedRows } from "./search-task";

/** Where a search's rows come from. */
export type SearchData =
  | { readonly data: Labelled; readonly resample?: Resample }
  | { readonly data: LabelledTable; readonly encode?: Encode; readonly resample?: Resample };

/** Each fold's rows in shared memory, encoded and resampled by what its training rows say. */
export function prepareFolds(
  from: SearchData,
  folds: readonly Split[],
  rng: Rng,
  watch?: Watch,
): SharedFold[] {
  const prepare = isTable(from) ? tableFold(from) : matrixFold(from);
  return folds.map((fold, k) => {
    watch?.signal?.throwIfAborted();
    watch?.progress?.({ phase: "encode", done: k, total: folds.length });
    return prepare(fold, rng.fork(k));
  });
}

type TableData = Extract<SearchData, { data: LabelledTable }>;
type MatrixData = Exclude<SearchData, { data: LabelledTable }>;

/** Whether the rows are a table's. */
export function isTable(from: SearchData): from is TableData {
  return "table" in from.data;
}

function matrixFold({ data, resample }: MatrixData): (fold: Split, rng: Rng) => SharedFold {
  const all = sharedLabelled(data);
  return ({ train, test }, rng) => {
    const tested = { test: all.x, testRows: sharedRows(test) };
    if (!resample) return { train: all, trainRows: sharedRows(train), ...tested };
    return { train: sharedLabelled(resample(takeLabelled(data, train), rng)), ...tested };
  };
}

function tableFold({
  data: given,
  encode = fitEncode(),
  resample,
}: TableData): (fold: Split, rng: Rng) => SharedFold {
  const data = typedRows(given);
  return ({ train, test }, rng) => {
    const rows = takeTableRows(data.table, train);
    const y = takeValues(data.y, train);
    const encoder = encode(rows, { y, rng: rng.fork("encode") });
    const labelled = { x: encoder.trained(), y };
    return {
      train: sharedLabelled(resample ? resample(labelled, rng) : labelled),
      test: sharedMatrix(encoder.transform(takeTableRows(data.table, test))),
    };
  };
}
