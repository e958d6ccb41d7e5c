// @ts-check
// For the Tab key the list of messages is one stop: the message that had the focus last, or the newest. While a message
// has the focus, its links and buttons are the next stops.

export class RovingFocus {
  /** @param {import("message_rows").MessageRows} rows */
  constructor(rows) {
    this.rows = rows;
    /** @type {HTMLElement | null} */
    this.stop = null;
    /** @type {HTMLElement | null} */
    this.last = null; // the message that had the focus last
    rows.element.addEventListener("focusin", (event) => this.onFocus(event));
    rows.element.addEventListener("focusout", (event) => this.onBlur(event));
  }

  /** Choose the stop again, since messages have come or gone. */
  update() {
    const row = this.last?.isConnected ? this.last : this.rows.last;
    if (this.stop && this.stop !== row) this.stop.tabIndex = -1;
    this.stop = row;
    if (row) row.tabIndex = 0;
  }

  /** Have the newest message as the stop. */
  reset() {
    this.last = null;
    this.update();
  }

  onFocus(event) {
    const row = event.target.closest(".message");
    if (!row) return;
    this.last = row;
    this.update();
    setTabIndex(row, 0);
  }

  onBlur(event) {
    const row = event.target.closest(".message");
    if (row && !row.contains(event.relatedTarget)) setTabIndex(row, -1);
  }
}

/**
 * Have the links, buttons and players of a message among the stops of the Tab key, or not.
 *
 * @param {HTMLElement} row
 * @param {0 | -1} index
 */
export function setTabIndex(row, index) {
  const parts = /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("a, button, audio, video"));
  for (const part of parts) part.tabIndex = index;
}
