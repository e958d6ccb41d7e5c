// @ts-check
// The rows of MessageList in the document: placed by id, changed in place, with a line before each day and what is new.

import { setTabIndex } from "roving_focus";

const ALL = "all"; // what @all is marked with

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }); // in the same language
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });

export class MessageRows {
  /**
   * @param {HTMLElement} element what holds the rows
   * @param {string} me the `data-author` of this user's own messages
   */
  constructor(element, me) {
    this.element = element;
    this.me = me;
    this.lineId = 0; // the line before what is new is above this message
    this.widthObserver = new ResizeObserver((entries) => {
      for (const { target } of entries) setRegion(target);
    });
  }

  /** The row of a message, if it is here. */
  get(id) {
    return document.getElementById(`m${id}`);
  }

  /** @returns {any[]} from first to last */
  all() {
    return [...this.element.getElementsByClassName("message")];
  }

  /** Whether this user has reacted to a message with an emoji. */
  hasOwnReaction(id, emoji) {
    const reactions = /** @type {HTMLElement[]} */ ([...(this.get(id)?.querySelectorAll(".reaction") ?? [])]);
    return reactions.some(({ dataset, ariaPressed }) => dataset.emoji === emoji && ariaPressed === "true");
  }

  isOwn(row) {
    return row?.dataset.author === this.me;
  }

  get last() {
    return /** @type {HTMLElement | null} */ (this.element.lastElementChild);
  }

  /** Place the row of a message that is not here yet, and return it. */
  insert({ id, html }) {
    let before = /** @type {Element | null} */ (this.last);
    while (before && idOf(before) > id) before = neighbour(before, "previousElementSibling");
    if (before) before.insertAdjacentHTML("afterend", html);
    else this.element.insertAdjacentHTML("afterbegin", html);
    const row = this.get(id);
    this.decorate(row);
    const next = neighbour(row, "nextElementSibling");
    if (next) this.decorate(next);
    return row;
  }

  /** Show a message as it is now; only what differs is changed, so that nothing else is announced and the focus stays. */
  update(row, { seq, html }) {
    if (+row.dataset.seq >= seq) return;
    const changed = /** @type {any} */ (
      Object.assign(document.createElement("template"), { innerHTML: html }).content.firstChild
    );
    const focused = row.contains(document.activeElement) && document.activeElement?.getAttribute("data-emoji");
    row.dataset.seq = seq;
    row.classList.toggle("deleted", changed.classList.contains("deleted"));
    for (const part of [".bubble", ".reactions"]) {
      const [now, then] = [row.querySelector(part), changed.querySelector(part)];
      if (focused || now.innerHTML !== then.innerHTML) now.replaceChildren(...then.childNodes);
    }
    this.decorate(row);
    if (focused) (row.querySelector(`[data-emoji="${focused}"]`) ?? row).focus({ preventScroll: true });
  }

  remove(row) {
    for (const line of linesOf(row)) line.remove();
    row.remove();
  }

  /** Have no message before this one. */
  removeBefore(id) {
    for (const row of this.all()) {
      if (idOf(row) >= id) return this.decorate(row);
      this.remove(row);
    }
  }

  clear() {
    this.element.replaceChildren();
  }

  /** Have the line before what is new above a message. */
  drawLine(id) {
    const previous = this.get(this.lineId);
    this.lineId = id;
    for (const row of [previous, this.get(id)]) if (row) this.decorate(row);
  }

  /** Name the days again, since midnight may have passed. */
  updateDays() {
    for (const row of this.element.querySelectorAll(".message.first")) this.decorate(row);
  }

  /** Show what is personal, or of this browser: whose it is, the time in its zone and language, the day. */
  decorate(row) {
    const time = row.querySelector("time");
    const at = new Date(time.dateTime);
    const previous = neighbour(row, "previousElementSibling")?.querySelector("time");
    const isSameDay = previous && Quasar.date.isSameDate(previous.dateTime, at, "day");
    const isFirstUnread = idOf(row) === this.lineId;
    const isMeant = (part) => [this.me, ALL].some((user) => part.dataset.users.split(" ").includes(user));
    time.textContent = clock.format(at);
    time.title = moment.format(at);
    row.classList.toggle("unread", isFirstUnread);
    row.classList.toggle("first", !isSameDay || isFirstUnread);
    setLine(row, "news", isFirstUnread ? "New messages" : "");
    setLine(row, "day", isSameDay ? "" : dayOf(at));
    row.classList.toggle("own", this.isOwn(row));
    for (const part of row.querySelectorAll(".mention, .quote")) part.classList.toggle("of-me", isMeant(part));
    for (const reaction of row.querySelectorAll(".reaction")) reaction.ariaPressed = String(isMeant(reaction));
    for (const code of row.querySelectorAll("pre")) this.widthObserver.observe(code);
    setTabIndex(row, row.contains(document.activeElement) ? 0 : -1);
  }
}

export function idOf(row) {
  return +row.dataset.id;
}

/** Whether it tells what somebody did to the room. */
export function isNotice(row) {
  return row.classList.contains("notice");
}

export function authorOf(row) {
  return row.querySelector(".author").textContent;
}

export function textOf(row) {
  const names = [...row.querySelectorAll(".files > *")].map(
    (file) => file.title || file.querySelector(".name").textContent,
  );
  return row.querySelector(".text").innerText.trim() || names.join(", ");
}

/**
 * The next message on one side; between messages stand lines.
 *
 * @param {"previousElementSibling" | "nextElementSibling"} side
 */
function neighbour(row, side) {
  const next = row[side];
  return next && !next.matches(".message") ? neighbour(next, side) : next;
}

/** Have a line with some words before a row, or none; the day is above what is new. */
function setLine(row, kind, words) {
  const lines = linesOf(row);
  const line = lines.find((each) => each.classList.contains(kind));
  if (line?.textContent === words) return;
  line?.remove();
  if (!words) return;
  const place = kind === "day" ? (lines.find((each) => each !== line) ?? row) : row;
  const added = Object.assign(document.createElement("div"), { className: kind, textContent: words });
  added.setAttribute("role", "separator");
  added.setAttribute("aria-label", words);
  place.before(added);
}

/** @returns {HTMLElement[]} */
function linesOf(row) {
  const previous = row.previousElementSibling;
  return previous?.matches(".day, .news") ? [...linesOf(previous), previous] : [];
}

/** @param {Date} at */
function dayOf(at) {
  const days = Quasar.date.getDateDiff(new Date(), at, "days");
  if (days !== 0 && days !== 1) return date.format(at);
  const name = relative.format(-days, "day");
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}

/** What is wider than its place can be scrolled by the keyboard. */
function setRegion(code) {
  const isWide = code.scrollWidth > code.clientWidth;
  for (const [name, value] of Object.entries({ tabindex: "0", role: "group", "aria-label": "Code" })) {
    if (isWide) code.setAttribute(name, value);
    else code.removeAttribute(name);
  }
}
