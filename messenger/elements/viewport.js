// @ts-check
// What of the conversation is in sight. Its place is counted from the end, since the container is a reversed column: what
// is in sight stays there while messages are added above, and at the end the newest are in sight by themselves.

const NEAR = "300px"; // more is loaded before its place comes into sight

export class Viewport {
  /**
   * @param {HTMLElement} element the container that scrolls
   * @param {import("message_rows").MessageRows} rows
   */
  constructor(element, rows) {
    this.element = element;
    this.rows = rows;
    /** @type {Map<Element, () => void>} */
    this.watched = new Map();
    this.observer = new IntersectionObserver((entries) => this.onSight(entries), { root: element, rootMargin: NEAR });
  }

  /** How far it is to the end, in pixels. */
  get distance() {
    return -this.element.scrollTop;
  }

  isNearEnd() {
    return this.distance < this.element.scrollHeight / 2;
  }

  /** Whether a message begins above what is in sight. */
  isBelow(row) {
    return row.getBoundingClientRect().top < this.element.getBoundingClientRect().top;
  }

  /** Change the messages; what is in sight stays where it is, whether or not the browser sees to that. */
  keep(change) {
    const anchor = this.first();
    const place = anchor?.getBoundingClientRect().top;
    change();
    const moved = anchor?.isConnected ? anchor.getBoundingClientRect().top - place : 0;
    if (moved) this.element.scrollTop += moved;
  }

  /** The first message that is in sight, whole or in part. */
  first() {
    const top = this.element.getBoundingClientRect().top;
    return this.rows.all().find((row) => row.getBoundingClientRect().bottom > top);
  }

  /** How far below the top a message ends; where it begins depends on what is before it. */
  offsetOf(row) {
    return row.getBoundingClientRect().bottom - this.element.getBoundingClientRect().top;
  }

  /** Have a message end so far below the top. */
  putAt(row, offset) {
    this.element.scrollTop += this.offsetOf(row) - offset;
  }

  scrollToEnd() {
    this.element.scrollTop = 0;
  }

  /** Scroll as a key would do if the list had the focus; return whether the key is one of these. */
  scrollByKey(key) {
    const page = this.element.clientHeight * 0.9;
    if (key === "Home") this.element.scrollTop = -this.element.scrollHeight;
    else if (key === "PageUp") this.element.scrollTop -= page;
    else if (key === "PageDown") this.element.scrollTop += page;
    else return false;
    return true;
  }

  /** Call a function when an element comes near. */
  watch(element, onNear) {
    this.watched.set(element, onNear);
    this.observer.observe(element);
  }

  /** Call the functions again of all elements that are still near. */
  lookAgain() {
    for (const element of this.watched.keys()) {
      this.observer.unobserve(element);
      this.observer.observe(element);
    }
  }

  stopWatching() {
    this.observer.disconnect();
  }

  onSight(entries) {
    for (const { isIntersecting, target } of entries) if (isIntersecting) this.watched.get(target)?.();
  }
}
