/** Texts by their places: an array of strings is one. */
export interface Names {
  readonly length: number;
  at(i: number): string | undefined;
  indexOf(text: string): number;
}

/** Names that `at` tells. */
export function namesBy(length: number, at: (i: number) => string | undefined): Names {
  const within = (i: number): string | undefined => (i >= 0 && i < length ? at(i) : undefined);
  return { length, at: within, indexOf: (text) => placeOf(text, length, at) };
}

function placeOf(text: string, length: number, at: Names["at"]): number {
  for (let i = 0; i < length; i++) if (at(i) === text) return i;
  return -1;
}

const blockBytes = 1 << 20;

/** Texts held as bytes: one of ten letters takes 15 bytes, of which a string takes four times as many. */
export class PackedNames implements Names {
  length = 0;
  /** Where each text ends, counted from the first byte of its block; and the first text of each block. */
  private ends = new Uint32Array(1 << 10);
  private readonly firsts: number[] = [];
  private readonly blocks: Buffer[] = [];
  private used = 0;

  push(text: string): void {
    const size = Buffer.byteLength(text);
    if (this.blocks.length === 0 || this.used + size > this.blocks[this.blocks.length - 1].length) {
      this.blocks.push(Buffer.alloc(Math.max(blockBytes, size)));
      this.firsts.push(this.length);
      this.used = 0;
    }
    this.used += this.blocks[this.blocks.length - 1].write(text, this.used);
    if (this.length === this.ends.length) {
      const longer = new Uint32Array(Math.ceil(1.5 * this.ends.length));
      longer.set(this.ends);
      this.ends = longer;
    }
    this.ends[this.length++] = this.used;
  }

  at(i: number): string | undefined {
    if (!(i >= 0 && i < this.length)) return undefined;
    let [block, high] = [0, this.firsts.length];
    while (high - block > 1) {
      const middle = (block + high) >> 1;
      if (this.firsts[middle] <= i) block = middle;
      else high = middle;
    }
    const start = i === this.firsts[block] ? 0 : this.ends[i - 1];
    return this.blocks[block].toString("utf8", start, this.ends[i]);
  }

  /** The place of the first text that is this one; −1 where there is none. */
  indexOf(text: string): number {
    return placeOf(text, this.length, (i) => this.at(i));
  }
}
