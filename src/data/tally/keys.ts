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

/** The keys of texts seen so far, 16 bytes a text at most: for more of them than a set of strings may hold. */
export class SeenTexts {
  size = 0;
  private slots = new Uint32Array(1 << 9);
  private readonly key = new Uint32Array(2);

  /** Whether the text is a new one; it is an old one from then on. */
  add(text: string): boolean {
    keyOfText(text, this.key);
    const [a, b] = this.key;
    const added = this.place(a, b || 1);
    if (added && ++this.size * 8 > 3 * this.slots.length) this.grow();
    return added;
  }

  has(text: string): boolean {
    keyOfText(text, this.key);
    const [a, b] = this.key;
    return this.slots[this.slotOf(a, b || 1) + 1] !== 0;
  }

  /** The place of the key, or the free one where it belongs; the second half of a key is never 0. */
  private slotOf(a: number, b: number): number {
    const { slots } = this;
    const mask = slots.length - 2;
    let slot = (2 * a) & mask;
    while (slots[slot + 1] !== 0 && (slots[slot] !== a || slots[slot + 1] !== b)) slot = (slot + 2) & mask;
    return slot;
  }

  private place(a: number, b: number): boolean {
    const slot = this.slotOf(a, b);
    if (this.slots[slot + 1] !== 0) return false;
    this.slots[slot] = a;
    this.slots[slot + 1] = b;
    return true;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.place(old[at], old[at + 1]);
  }
}
