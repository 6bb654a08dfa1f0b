import { mixBits } from "../../core/rng";

/** Two numbers of 32 bits that stand for the text: texts that differ share both about once in 2⁶⁴ pairs. */
export function keyOfText(text: string, into: Uint32Array): void {
  let [a, b] = [text.length, 0x9e3779b9];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x85ebca6b);
    b = Math.imul(b ^ code, 0xc2b2ae35);
    a ^= a >>> 15;
    b = (b << 13) | (b >>> 19);
  }
  into[0] = mixBits(a ^ b);
  into[1] = mixBits(b ^ (a << 7) ^ (a >>> 25));
}

/** Texts by the order in which they first came, told apart by their keys: 13 to 23 bytes a text, and more of them than a set of strings may hold. */
export class SeenTexts {
  size = 0;
  /** Of each text its number and 1, at a place that follows from its key; 0 where there is none. */
  private slots = new Uint32Array(1 << 8);
  private keys = new Uint32Array(1 << 9);
  private readonly key = new Uint32Array(2);

  /** Whether the text is a new one; it is an old one from then on. */
  add(text: string): boolean {
    const before = this.size;
    return this.numberOf(text) === before;
  }

  has(text: string): boolean {
    keyOfText(text, this.key);
    return this.slots[this.slotOf(this.key[0], this.key[1])] !== 0;
  }

  /** How many others came before the text; a new one is the last. */
  numberOf(text: string): number {
    keyOfText(text, this.key);
    const [a, b] = this.key;
    const slot = this.slotOf(a, b);
    if (this.slots[slot] !== 0) return this.slots[slot] - 1;
    if (2 * this.size === this.keys.length) {
      const longer = new Uint32Array(2 * Math.ceil(1.5 * this.size));
      longer.set(this.keys);
      this.keys = longer;
    }
    this.keys[2 * this.size] = a;
    this.keys[2 * this.size + 1] = b;
    this.slots[slot] = ++this.size;
    if (this.size * 4 > 3 * this.slots.length) this.grow();
    return this.size - 1;
  }

  /** The place that leads to the key, or the free one where it belongs. */
  private slotOf(a: number, b: number): number {
    const { slots, keys } = this;
    const mask = slots.length - 1;
    let slot = a & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const at = 2 * (slots[slot] - 1);
      if (keys[at] === a && keys[at + 1] === b) break;
    }
    return slot;
  }

  private grow(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let k = 0; k < this.size; k++)
      this.slots[this.slotOf(this.keys[2 * k], this.keys[2 * k + 1])] = k + 1;
  }
}
