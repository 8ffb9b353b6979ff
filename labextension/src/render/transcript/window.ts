// Which rows of a long list are drawn: arithmetic only, so that it can be tested without a page.

/** Heights of the rows of a list, measured where they were drawn and estimated where not. */
export class Heights {
  private readonly measured = new Map<string, number>();
  private tops = new Float64Array(1);
  private keys: readonly string[] = [];
  private isStale = true;

  constructor(private readonly estimate: number) {}

  /** The rows, in order. */
  setKeys(keys: readonly string[]): void {
    this.keys = keys;
    this.isStale = true;
  }

  /** Keeps a measured height; returns by how much it differs from what was assumed. */
  measure(key: string, height: number): number {
    const before = this.measured.get(key) ?? this.estimate;
    this.measured.set(key, height);
    this.isStale ||= before !== height;
    return height - before;
  }

  /** Where the row at `index` begins; at the number of rows, where the list ends. */
  top(index: number): number {
    this.refresh();
    return this.tops[Math.min(index, this.keys.length)] ?? 0;
  }

  /** Height of the whole list. */
  get total(): number {
    return this.top(this.keys.length);
  }

  /** The rows that touch the stretch from `from` to `to`: first, and one after the last. */
  range(from: number, to: number): [number, number] {
    const first = Math.max(0, this.at(from));
    const last = Math.min(this.keys.length, this.at(to) + 1);
    return [Math.min(first, last), last];
  }

  /** The row at a height. */
  private at(y: number): number {
    this.refresh();
    let [low, high] = [0, this.keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.tops[middle + 1] ?? 0) <= y) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private refresh(): void {
    if (!this.isStale) {
      return;
    }
    this.isStale = false;
    this.tops = new Float64Array(this.keys.length + 1);
    this.keys.forEach((key, index) => {
      this.tops[index + 1] = (this.tops[index] ?? 0) + (this.measured.get(key) ?? this.estimate);
    });
  }
}
