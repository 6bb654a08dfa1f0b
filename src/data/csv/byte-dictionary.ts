/** Distinct stretches of bytes, numbered in the order in which they came: a hash table with open addressing. */
export class ByteDictionary {
  /** Code + 1 at the place of a key's hash, 0 where free. */
  private slots = new Int32Array(64);
  private hashes = new Int32Array(32);
  /** Key `code` lies in bytes offsets[code] to offsets[code + 1] of the pool. */
  private offsets = new Int32Array(33);
  private pool = new Uint8Array(512);
  private size = 0;

  /** The code of the bytes [start, end); −1 where they are new. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const { slots, hashes } = this;
    const hash = hashOf(bytes, start, end);
    const mask = slots.length - 1;
    for (let slot = hash & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const code = slots[slot] - 1;
      if (hashes[code] === hash && this.holds(code, bytes, start, end)) return code;
    }
    return -1;
  }

  /** Adds bytes that `find` doesn't know; returns their code. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const code = this.size++;
    if (code + 2 > this.offsets.length) {
      this.offsets = enlarged(this.offsets, new Int32Array(this.offsets.length * 2));
      this.hashes = enlarged(this.hashes, new Int32Array(this.offsets.length));
    }
    const from = this.offsets[code];
    const to = from + end - start;
    if (to > this.pool.length)
      this.pool = enlarged(this.pool, new Uint8Array(Math.max(this.pool.length * 2, to)));
    this.pool.set(bytes.subarray(start, end), from);
    this.offsets[code + 1] = to;
    this.hashes[code] = hashOf(bytes, start, end);
    if (this.size * 2 > this.slots.length) {
      this.slots = new Int32Array(this.slots.length * 4);
      for (let value = 0; value < code; value++) this.place(value);
    }
    this.place(code);
    return code;
  }

  private holds(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { offsets, pool } = this;
    const from = offsets[code];
    const size = end - start;
    if (offsets[code + 1] - from !== size) return false;
    for (let k = 0; k < size; k++) if (pool[from + k] !== bytes[start + k]) return false;
    return true;
  }

  private place(code: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[code] & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = code + 1;
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash ^ (hash >>> 15);
}

function enlarged<T extends Int32Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
