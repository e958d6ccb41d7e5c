// @ts-check
// Which part of the conversation is here: from one message to another, and at most 500 of them.

import { idOf } from "message_rows";

const MAX_ROWS = 500; // enough to read in; what is dropped at the far end comes back on scrolling

export class MessageRange {
  /**
   * @param {import("message_rows").MessageRows} rows
   * @param {import("viewport").Viewport} viewport
   * @param {{ oldestId: number | null, newestId: number | null }} ends the messages here begin with the one id, 0 for
   *   the first of all, and end with the other, null for the newest of all
   */
  constructor(rows, viewport, ends) {
    this.rows = rows;
    this.viewport = viewport;
    this.ends = ends;
    this.highestId = 0; // of all messages that are known of, here or not
    this.askedBefore = this.askedAfter = null; // the ends that more messages have been asked for
    /** @type {any[]} */
    this.skipped = []; // changes of messages that are not here, but may be on their way as they were before
  }

  reset() {
    this.rows.clear();
    this.highestId = 0;
    this.ends.oldestId = this.ends.newestId = null;
  }

  /** Whether the newest messages are here. */
  get isAtEnd() {
    return this.ends.newestId === null;
  }

  includes(id) {
    const { oldestId, newestId } = this.ends;
    return id >= (oldestId ?? 0) && (newestId === null || id <= newestId);
  }

  setOldest(id) {
    this.ends.oldestId = id;
    this.rows.removeBefore(id);
  }

  /** The messages up to this one are here; others may have come, and not have been placed, while these were on their way. */
  setNewest(id) {
    const last = this.rows.last ? idOf(this.rows.last) : 0;
    this.ends.newestId = id === null && this.highestId > last ? last : id;
  }

  /** Drop what is too much, at the beginning or at the end. */
  limit(isEndNear) {
    const rows = this.rows.all();
    const surplus = rows.length - MAX_ROWS;
    if (surplus <= 0) return;
    this.keepInSight(() => {
      for (const row of isEndNear ? rows.slice(0, surplus) : rows.slice(-surplus)) this.rows.remove(row);
    });
    if (isEndNear) this.setOldest(idOf(rows[surplus]));
    else this.ends.newestId = idOf(rows.at(-surplus - 1));
  }

  /** Change the messages; what is in sight stays there, but at the end what is new comes into sight. */
  keepInSight(change) {
    if (this.isAtEnd && this.viewport.distance < 2) change();
    else this.viewport.keep(change);
  }

  // --- more messages, before the oldest or after the newest

  /** Forget what the server was asked for, since it does not come any more. */
  forgetRequests() {
    this.askedBefore = this.askedAfter = null;
    this.skipped = [];
  }

  /** Return what to ask for, unless there is nothing or it has been asked for. */
  requestOlder() {
    const { oldestId } = this.ends;
    if (!oldestId || this.askedBefore === oldestId) return null;
    this.askedBefore = oldestId;
    return { before: oldestId };
  }

  requestNewer() {
    const { newestId } = this.ends;
    if (newestId === null || this.askedAfter === newestId) return null;
    this.askedAfter = newestId;
    return { after: newestId };
  }

  /** Whether messages next to one of the ends are on their way. */
  isWaiting() {
    const { oldestId, newestId } = this.ends;
    return [oldestId, newestId].some((id) => id && [this.askedBefore, this.askedAfter].includes(id));
  }

  /** Return those of the skipped changes whose messages are here by now, and forget all of them. */
  takeSkipped() {
    return this.skipped.splice(0).filter(({ id }) => this.rows.get(id));
  }
}
