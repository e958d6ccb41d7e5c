// @ts-check
// How far a page has come in the order of all changes, and whether it has missed some of them.

export class ChangeCursor {
  constructor() {
    this.seq = 0; // all changes up to this one are here
    this.syncNumber = 0; // of the latest synchronization, whose end alone counts
    /** @type {{ from: number, to: number, isTorn: boolean } | null} */
    this.ahead = null; // what has been broadcast during a synchronization, and does not follow the cursor yet
  }

  /** Forget what is here, so that the next synchronization begins with the newest messages. */
  reset() {
    this.seq = 0;
  }

  /** Begin a synchronization, and return what the server is asked for. */
  startSync() {
    this.ahead = null;
    this.syncNumber += 1;
    return { number: this.syncNumber, cursor: this.seq };
  }

  /** End a synchronization, and return whether nothing was lost on the way. */
  finishSync(seq) {
    this.seq = Math.max(this.seq, seq);
    return !this.ahead || (this.advance(this.ahead.from, this.ahead.to) && !this.ahead.isTorn);
  }

  /** Move on with changes after `from` and up to `to`, unless there is a gap before them; return whether there is none. */
  advance(from, to) {
    if (from > this.seq) return false;
    this.seq = Math.max(this.seq, to);
    return true;
  }

  /** Keep in mind what has come during a synchronization, until its end tells whether it follows. */
  note(from, to) {
    if (!this.ahead) this.ahead = { from, to, isTorn: false };
    else if (from <= this.ahead.to) this.ahead.to = Math.max(this.ahead.to, to);
    else this.ahead.isTorn = true;
  }
}
