/** Numbers that differ, ascending, and how often each occurs. */
export interface CountedValues {
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Numbers by how often each occurs: exactly while no more than `room` differ. Of more, neighbours with the fewest
 * occurrences are taken together, so that a quantile is off by about one part in `room` of the rows.
 */
export class ValueCounts {
  /** Whether each value still stands for itself alone. */
  exact = true;
  private values = new Float64Array(0);
  private counts = new Float64Array(0);
  private readonly waiting: Float64Array;
  private filled = 0;
  private readonly room: number;
  private readonly onDistinct: (value: number) => void;

  /** `onDistinct` is told of values once they no longer stand for themselves: of each at least once, if of some more often. */
  constructor(room: number, onDistinct: (value: number) => void) {
    this.room = room;
    this.onDistinct = onDistinct;
    this.waiting = new Float64Array(Math.max(1 << 10, Math.min(1 << 18, room >> 1)));
  }

  /** Adds the numbers that are there; returns how many are not. */
  add(values: Float64Array): number {
    let absent = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (Number.isNaN(value)) {
        absent++;
        continue;
      }
      this.waiting[this.filled++] = value + 0;
      if (this.filled === this.waiting.length) this.merge();
    }
    return absent;
  }

  taken(): CountedValues {
    this.merge();
    return { values: this.values, counts: this.counts };
  }

  private merge(): void {
    const added = this.waiting.subarray(0, this.filled).sort();
    if (!this.exact)
      for (let k = 0; k < added.length; k++)
        if (k === 0 || added[k] !== added[k - 1]) this.onDistinct(added[k]);
    const { values, counts } = this;
    const merged = new Float64Array(values.length + added.length);
    const times = new Float64Array(merged.length);
    let [size, i, j] = [0, 0, 0];
    while (i < values.length || j < added.length) {
      const old = j === added.length || values[i] <= added[j];
      const value = old ? values[i] : added[j];
      const count = old ? counts[i++] : 1;
      if (!old) j++;
      if (size > 0 && merged[size - 1] === value) times[size - 1] += count;
      else {
        merged[size] = value;
        times[size++] = count;
      }
    }
    this.filled = 0;
    this.values = merged.slice(0, size);
    this.counts = times.slice(0, size);
    if (size > this.room) this.thin();
  }

  /** Takes neighbours together, as their mean, where both make no more than a few times a place's even share. */
  private thin(): void {
    const { values, counts } = this;
    if (this.exact) values.forEach(this.onDistinct);
    this.exact = false;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const most = (4 * total) / this.room;
    let size = 0;
    // The least and the greatest value stay as they are.
    for (let i = 0; i < values.length; i++) {
      const joins = size > 1 && i < values.length - 1 && counts[size - 1] + counts[i] <= most;
      const [count, value] = [counts[i], values[i]];
      const at = joins ? size - 1 : size++;
      values[at] = joins ? values[at] + ((value - values[at]) * count) / (counts[at] + count) : value;
      counts[at] = joins ? counts[at] + count : count;
    }
    this.values = values.slice(0, size);
    this.counts = counts.slice(0, size);
  }
}
