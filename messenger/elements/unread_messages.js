// @ts-check
// What has come while nobody looked: it is counted, and stands below a line until the next time.

import { idOf } from "message_rows";

export class UnreadMessages {
  /**
   * @param {import("message_rows").MessageRows} rows
   * @param {import("viewport").Viewport} viewport
   * @param {{ unread: number, isLineAbove: boolean }} pill what the user is told; it changes
   */
  constructor(rows, viewport, pill) {
    this.rows = rows;
    this.viewport = viewport;
    this.pill = pill;
    this.storageKey = `messenger:seen:${rows.me}`;
    this.seenId = +(localStorage.getItem(this.storageKey) ?? 0); // all messages up to this one have been seen
    this.hasSeenLine = false;
  }

  /** After a login: have the line where it was when this user was here the last time. */
  restore(oldestId) {
    if (!this.seenId || !this.rows.last) return;
    const isLoaded = oldestId <= this.seenId + 1;
    const news = this.rows.all().filter((row) => idOf(row) > this.seenId && !this.rows.isOwn(row));
    this.pill.unread = isLoaded ? news.length : idOf(this.rows.last) - this.seenId;
    if (this.pill.unread) this.drawLine(isLoaded ? idOf(news[0]) : this.seenId + 1);
  }

  /** Count messages that have just come, and are here. */
  add(news) {
    if (!this.pill.unread) this.drawLine(idOf(news[0]));
    this.pill.unread += news.length;
  }

  drawLine(id) {
    this.rows.drawLine(id);
    this.hasSeenLine = false;
  }

  /** Whether what is new begins above what is in sight, or before the oldest message that is here. */
  isLineAbove(oldestId) {
    const { lineId } = this.rows;
    const row = this.rows.get(lineId);
    return row ? this.viewport.isBelow(row) : lineId > 0 && lineId < (oldestId ?? 0);
  }

  /** Something else is in sight now. */
  update(oldestId) {
    this.pill.isLineAbove = this.isLineAbove(oldestId);
    if (!this.pill.isLineAbove) this.hasSeenLine = true;
  }

  /** The end is in sight: all messages up to one have been seen, unless the line has not. */
  markSeen(id) {
    if (this.pill.unread && !this.hasSeenLine) return;
    this.pill.unread = 0;
    this.seenId = Math.max(this.seenId, id);
    localStorage.setItem(this.storageKey, String(this.seenId));
  }
}
