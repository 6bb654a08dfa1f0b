import type * as TensorFlow from "@tensorflow/tfjs-core";
import type { Engine, Tensor } from "../engine";
import type { Values } from "./raw";
import type { Tensors } from "./tensors";

/** Softmax and what belongs to it, over the blocks of columns that each hold one category. */
export function blockOperations(
  tensors: Tensors,
): Pick<Engine, "softmax" | "softmaxGradient" | "crossEntropy" | "hardMax"> {
  const { tf, of } = tensors;
  const { blockSum, padded, softmaxParts } = blockHelpers(tensors);
  return {
    softmax: (a, blocks) => tensors.like(a, softmaxParts(a, blocks).value),
    softmaxGradient: (y, dy, blocks) => {
      const product = tf.mul(of(y), of(dy));
      return tensors.like(y, tf.sub(product, tf.mul(of(y), blockSum(product, blocks))));
    },
    crossEntropy: (logits, targets, blocks) => {
      const { shifted, total, value } = softmaxParts(logits, blocks);
      const loss = tf.sum(tf.mul(of(targets), tf.sub(tf.log(total), shifted)));
      const gradient = tf.sub(tf.mul(value, blockSum(of(targets), blocks)), of(targets));
      return { loss: tensors.wrap(tf.reshape(loss, [1, 1]), 1, 1), gradient: tensors.like(logits, gradient) };
    },
    hardMax: (a, blocks) => {
      const widest = Math.max(...blocks);
      const chosen = tf.argMax(padded(a, blocks), 2) as TensorFlow.Tensor2D;
      const hot = tf.oneHot(chosen, widest, 1, 0, "float32");
      const back = tensors.constant(`back ${blocks}`, () =>
        tf.tensor1d(
          blocks.flatMap((width, i) => Array.from({ length: width }, (_, j) => i * widest + j)),
          "int32",
        ),
      );
      const wide = tf.reshape(hot, [a.rows, blocks.length * widest]);
      return tensors.like(a, tf.gather(wide, back as TensorFlow.Tensor1D, 1));
    },
  };
}

/** Sums and greatest values within blocks, for every column of the block. */
function blockHelpers(tensors: Tensors) {
  const { tf, of } = tensors;
  /** 0/1 matrix that says which columns share a block: a product with it sums within blocks. */
  const sameBlock = (blocks: readonly number[]): Values =>
    tensors.constant(`same ${blocks}`, () => {
      const size = blocks.reduce((sum, width) => sum + width, 0);
      const values = new Float32Array(size * size);
      let from = 0;
      for (const width of blocks) {
        for (let i = from; i < from + width; i++) values.fill(1, i * size + from, i * size + from + width);
        from += width;
      }
      return tf.tensor(values, [size, size]);
    });
  const blockSum = (a: Values, blocks: readonly number[]): Values =>
    blocks.length === 1
      ? tf.sum(a, 1, true)
      : tf.matMul(a as TensorFlow.Tensor2D, sameBlock(blocks) as TensorFlow.Tensor2D);
  /** The columns of each block, filled up to the widest one by repeating its first: rows × blocks × widest. */
  const padded = (a: Tensor, blocks: readonly number[]): Values => {
    const widest = Math.max(...blocks);
    const indices = tensors.constant(`pad ${blocks}`, () => {
      const places: number[] = [];
      let from = 0;
      for (const width of blocks) {
        for (let j = 0; j < widest; j++) places.push(j < width ? from + j : from);
        from += width;
      }
      return tf.tensor1d(places, "int32");
    });
    return tf.reshape(tf.gather(of(a), indices as TensorFlow.Tensor1D, 1), [a.rows, blocks.length, widest]);
  };
  /** Per column the greatest value of its block: taken off before exp, which then cannot overflow. */
  const blockMax = (a: Tensor, blocks: readonly number[]): Values => {
    if (blocks.length === 1) return tf.max(of(a), 1, true);
    const most = tf.max(padded(a, blocks), 2);
    const owner = tensors.constant(`owner ${blocks}`, () =>
      tf.tensor1d(
        blocks.flatMap((width, i) => Array<number>(width).fill(i)),
        "int32",
      ),
    );
    return tf.gather(most, owner as TensorFlow.Tensor1D, 1);
  };
  const softmaxParts = (a: Tensor, blocks: readonly number[]) => {
    const shifted = tf.sub(of(a), blockMax(a, blocks));
    const e = tf.exp(shifted);
    const total = blockSum(e, blocks);
    return { shifted, total, value: tf.div(e, total) };
  };
  return { blockSum, padded, softmaxParts };
}
