// @ts-check
// What has come while nobody looked: it is counted, and stands below a line until the next time.

import { idOf, isNotice } from "message_rows";

const GENERAL = 1; // the room that is always there

export class UnreadMessages {
  /**
   * @param {import("message_rows").MessageRows} rows
   * @param {import("viewport").Viewport} viewport
   * @param {{ unread: number, isLineAbove: boolean }} pill what the user is told; it changes
   * @param {number} room
   */
  constructor(rows, viewport, pill, room) {
    this.rows = rows;
    this.viewport = viewport;
    this.pill = pill;
    this.room = this.seenId = 0;
    this.isRestored = this.hasSeenLine = false;
    this.firstSeenId = this.read(GENERAL); // where this user was when this page was opened
    this.enterRoom(room);
  }

  /** Show another room. */
  enterRoom(room) {
    this.room = room;
    this.seenId = this.read(room); // all messages up to this one have been seen
    this.isRestored = this.hasSeenLine = false;
    this.pill.unread = 0;
    this.drawLine(0);
  }

  key(room) {
    const key = `messenger:seen:${this.rows.me}`;
    return room === GENERAL ? key : `${key}:${room}`;
  }
  read(room) {
    return +(localStorage.getItem(this.key(room)) ?? 0);
  }

  /** The last message that was seen in a room; in one that this browser does not know, where its user was last. */
  seenIn(room, highestId) {
    if (localStorage.getItem(this.key(room)) === null)
      localStorage.setItem(this.key(room), String(this.firstSeenId || highestId));
    return this.read(room);
  }

  /** All of a room has come for the first time: have the line where it was when this user was here the last time. */
  restore(oldestId) {
    if (this.isRestored) return;
    this.isRestored = true;
    if (!this.seenId || !this.rows.last) return;
    const isLoaded = oldestId <= this.seenId + 1;
    const news = this.rows.all().filter((row) => idOf(row) > this.seenId && !this.rows.isOwn(row) && !isNotice(row));
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
    localStorage.setItem(this.key(this.room), String(this.seenId));
  }
}
