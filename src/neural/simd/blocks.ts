import type { Engine } from "../engine";
import { address, type SimdTensors } from "./tensors";

/** Softmax and what belongs to it, over the blocks of columns that each hold one category. */
export function blockOperations(
  tensors: SimdTensors,
): Pick<Engine, "softmax" | "softmaxGradient" | "crossEntropy" | "hardMax"> {
  return {
    softmax: (a, blocks) => {
      const y = tensors.like(a);
      const sizes = tensors.widths(blocks);
      tensors.run().softmax(address(a), address(y), a.rows, a.columns, sizes, blocks.length);
      return y;
    },
    softmaxGradient: (y, dy, blocks) => {
      const dx = tensors.like(y);
      const sizes = tensors.widths(blocks);
      tensors.run().softmaxGradient(address(y), address(dy), address(dx), y.rows, sizes, blocks.length);
      return dx;
    },
    crossEntropy: (logits, targets, blocks) => {
      const gradient = tensors.like(logits);
      const spare = tensors.like(logits);
      const loss = tensors.make(1, 1);
      const sizes = tensors.widths(blocks);
      tensors.values()[loss.at] = tensors
        .run()
        .crossEntropy(
          address(logits),
          address(targets),
          address(gradient),
          address(spare),
          logits.rows,
          logits.columns,
          sizes,
          blocks.length,
        );
      return { loss, gradient };
    },
    hardMax: (a, blocks) => {
      const y = tensors.like(a);
      const sizes = tensors.widths(blocks);
      tensors.run().hardMax(address(a), address(y), a.rows, sizes, blocks.length);
      return y;
    },
  };
}
