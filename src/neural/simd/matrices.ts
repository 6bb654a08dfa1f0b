import { check, checkSameLength } from "../../core/checks";
import type { Binary, Engine, MatMulOptions, Pointwise, Tensor } from "../engine";
import { binaryCodes, pointwiseCodes } from "../kernels";
import { scratchAt } from "./memory";
import { address, type SimdTensors } from "./tensors";

/** Products, sums and functions of matrices. */
export function matrixOperations(
  tensors: SimdTensors,
): Pick<Engine, "matMul" | "binary" | "affine" | "map" | "mapGradient" | "sumRows" | "sumColumns"> {
  return {
    matMul: (a, b, { transposeA = false, transposeB = false, groups = 1 }: MatMulOptions = {}) => {
      const aRows = a.rows / groups;
      const bRows = b.rows / groups;
      const m = transposeA ? a.columns : aRows;
      const k = transposeA ? aRows : a.columns;
      const n = transposeB ? bRows : b.columns;
      checkSameLength(k, transposeB ? b.columns : bRows, "multiply matrices", "the inner sides");
      const y = tensors.make(m * groups, n);
      const kernels = tensors.run();
      const [aRow, aColumn] = transposeA ? [1, a.columns] : [a.columns, 1];
      const [bRow, bColumn] = transposeB ? [1, b.columns] : [b.columns, 1];
      for (let g = 0; g < groups; g++) {
        const left = address(a) + g * aRows * a.columns * 4;
        const right = address(b) + g * bRows * b.columns * 4;
        const out = address(y) + g * m * n * 4;
        kernels.gemm(m, n, k, left, aRow, aColumn, right, bRow, bColumn, out, n, 0, scratchAt);
      }
      return y;
    },
    binary: (op, a, b, groups = 1) => {
      const y = tensors.like(a);
      combine(tensors, op, { a, b, y }, groups);
      return y;
    },
    affine: (a, scale, shift) => {
      const y = tensors.like(a);
      tensors.run().affine(address(a), scale, shift, address(y), a.rows * a.columns);
      return y;
    },
    map: (f: Pointwise, a, bias, groups = 1) => {
      const y = tensors.like(a);
      if (bias) combine(tensors, "add", { a, b: bias, y }, groups);
      if (!bias || f !== "linear")
        tensors.run().map(pointwiseCodes.indexOf(f), address(bias ? y : a), address(y), a.rows * a.columns);
      return y;
    },
    mapGradient: (f, x, y, dy) => {
      const dx = tensors.like(y);
      const code = pointwiseCodes.indexOf(f);
      tensors.run().mapGradient(code, address(x), address(y), address(dy), address(dx), y.rows * y.columns);
      return dx;
    },

    sumRows: (a, groups = 1) => {
      const y = tensors.make(groups, a.columns);
      const rows = a.rows / groups;
      for (let g = 0; g < groups; g++)
        tensors
          .run()
          .sumRows(address(a) + g * rows * a.columns * 4, address(y) + g * a.columns * 4, rows, a.columns);
      return y;
    },
    sumColumns: (a) => {
      const y = tensors.make(a.rows, 1);
      tensors.run().sumColumns(address(a), address(y), a.rows, a.columns);
      return y;
    },
  };
}

/** y = a op b, where b may be one number, a row a group, or a column. */
function combine(
  tensors: SimdTensors,
  op: Binary,
  { a, b, y }: { readonly a: Tensor; readonly b: Tensor; readonly y: Tensor },
  groups: number,
): void {
  const code = binaryCodes.indexOf(op);
  const kernels = tensors.run();
  const { rows, columns } = a;
  if (b.rows === rows && b.columns === columns) {
    kernels.binary(code, address(a), address(b), address(y), rows * columns);
  } else if (b.rows === groups && b.columns === columns) {
    const size = rows / groups;
    for (let g = 0; g < groups; g++) {
      const from = g * size * columns * 4;
      const row = address(b) + g * columns * 4;
      kernels.binaryRow(code, address(a) + from, row, address(y) + from, size, columns);
    }
  } else {
    const flag = b.rows === 1 && b.columns === 1;
    check(
      flag || (b.rows === rows && b.columns === 1),
      "combine tensors",
      `the second must be spread over ${rows} × ${columns}`,
      `${b.rows} × ${b.columns}`,
    );
    kernels.binaryColumn(code, address(a), address(b), flag ? 0 : 1, address(y), rows, columns);
  }
}
