import { mixBits } from "../../core/rng";
import { keyOfText } from "./keys";

/**
 * How many different values there are: exactly up to `room`, and from then on estimated by those whose hash lies below a
 * bound, which is halved whenever they fill the room (adaptive sampling; Flajolet, 1990): to within 0.2 % with room for
 * half a million.
 */
export class DistinctCount {
  private bound = 1;
  private held = new Set<number>();
  private readonly room: number;
  private readonly key = new Uint32Array(2);
  private readonly bits = new Float64Array(1);
  private readonly halves = new Uint32Array(this.bits.buffer);

  constructor(room: number) {
    this.room = room;
  }

  get exact(): boolean {
    return this.bound === 1;
  }

  get count(): number {
    return Math.round(this.held.size / this.bound);
  }

  addText(text: string): void {
    keyOfText(text, this.key);
    this.add(this.key[0], this.key[1]);
  }

  addNumber(value: number): void {
    // −0 and 0 are one value.
    this.bits[0] = value + 0;
    const [low, high] = this.halves;
    const first = mixBits(low ^ 0x9e3779b9);
    this.add(mixBits(first ^ high), mixBits(Math.imul(high, 0x85ebca6b) ^ first));
  }

  private add(a: number, b: number): void {
    const hash = ((a >>> 0) + (b >>> 11) / 2 ** 21) / 2 ** 32;
    if (hash >= this.bound || this.held.has(hash)) return;
    this.held.add(hash);
    if (this.held.size <= this.room) return;
    this.bound /= 2;
    this.held = new Set([...this.held].filter((one) => one < this.bound));
  }
}
