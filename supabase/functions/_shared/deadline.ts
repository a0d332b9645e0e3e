/**
 * What must end within one length of time. A single timer serves all that is under way: one for
 * each would cost more than everything else that is done to it.
 */
export class Deadline<T> {
  /** When it is too late for each, in the time of `performance.now()`; in the order of beginning, and so of that. */
  private readonly due = new Map<T, number>();
  private watching = false;

  constructor(private readonly milliseconds: number, private readonly expire: (late: T) => void) {}

  begin(item: T) {
    this.due.set(item, performance.now() + this.milliseconds);
    if (!this.watching) this.watch(this.milliseconds);
  }

  /** In the order of beginning; may be ended on the way. */
  underWay(): Iterable<T> {
    return this.due.keys();
  }

  end(item: T) {
    this.due.delete(item);
  }

  private watch(milliseconds: number) {
    this.watching = true;
    setTimeout(() => {
      this.watching = false;
      for (const [item, due] of this.due) {
        const left = due - performance.now();
        if (left > 0) return this.watch(left);
        this.due.delete(item);
        this.expire(item);
      }
    }, milliseconds);
  }
}
