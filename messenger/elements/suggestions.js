// @ts-check
// The browser's half of Suggestions: keys must choose at once, so nothing here waits for the server.

import { listen } from "socket_events";

const ALL = "all";
const MAX_SUGGESTIONS = 8;
const PEOPLE = /(?:^|\s)@([^@\n]{0,32})$/;
const EMOJI = /(?:^|\s):([\w+-]{2,32})$/;

/** @type {VueComponent} */
export default {
  template: `
    <ul v-show="offers.length" class="suggestions" role="listbox" :aria-label="label">
      <li v-for="(offer, at) in offers" :key="offer.text" :id="optionId(at)" role="option" :aria-selected="at === selected"
        @mousemove="selected = at" @mousedown.prevent="accept(offer)">{{ offer.label }}</li>
    </ul>
  `,
  props: { box: Number, me: String, emoji: String },
  data: () => ({
    label: "",
    offers: /** @type {{ label: string, text: string }[]} */ ([]), // what is shown, and what is written for it
    selected: 0,
    users: /** @type {string[]} */ ([]),
  }),
  watch: {
    offers: "describe",
    selected: "describe",
  },

  mounted() {
    this.area = getHtmlElement(this.box);
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.setAttribute("aria-controls", this.$el.id);
    this.area.addEventListener("input", this.suggest);
    // before the text area hears of it
    this.area.parentElement.addEventListener("keydown", this.onKey, true);
    this.stopListening = listen({ "chat:users": this.onUsers });
  },
  unmounted() {
    this.stopListening();
  },

  methods: {
    optionId(at) {
      return `suggestion-${this.box}-${at}`;
    },
    onUsers({ users }) {
      this.users = users.filter((user) => user.id !== this.me).map((user) => user.name);
    },
    async suggest() {
      const written = this.area.value.slice(0, this.area.selectionStart);
      const [name, code] = [written.match(PEOPLE)?.[1], written.match(EMOJI)?.[1]];
      this.label = name === undefined ? "Emoji" : "People to mention";
      this.selected = 0;
      if (name !== undefined) this.offers = this.findPeople(name);
      else if (code === undefined) this.offers = [];
      else {
        const found = await this.findEmoji(code);
        if (this.area.value.slice(0, this.area.selectionStart) === written) this.offers = found;
      }
    },
    // those who are here, then those who wrote last, and always everybody
    findPeople(beginning) {
      const fits = (name) => name.toLowerCase().startsWith(beginning.toLowerCase());
      const rows = [...document.querySelectorAll(".message")].reverse();
      const others = rows.filter((row) => /** @type {HTMLElement} */ (row).dataset.author !== this.me);
      const authors = others.map((row) => row.querySelector(".author")?.textContent ?? "");
      const names = [...new Set([...this.users, ...authors])].filter((name) => name && fits(name));
      const all = fits(ALL) ? [ALL] : [];
      const found = [...names.slice(0, MAX_SUGGESTIONS - all.length), ...all];
      return found.length === 1 && found[0] === beginning ? [] : found.map((label) => ({ label, text: `@${label}` }));
    },
    async findEmoji(beginning) {
      this.names ??= fetch(this.emoji).then((answer) => answer.json());
      const codes = Object.entries(await this.names).filter(([code]) => code.includes(beginning.toLowerCase()));
      const rank = (/** @type {[string, any]} */ [code]) =>
        (code.startsWith(beginning.toLowerCase()) ? 0 : 100) + code.length;
      codes.sort((one, other) => rank(one) - rank(other));
      return codes.slice(0, MAX_SUGGESTIONS).map(([code, text]) => ({ label: `${text} ${code}`, text }));
    },
    describe() {
      if (this.offers.length) this.area.setAttribute("aria-activedescendant", this.optionId(this.selected));
      else this.area.removeAttribute("aria-activedescendant");
    },
    onKey(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!this.offers.length || event.shiftKey || event.isComposing) return;
      if (step) this.selected = (this.selected + step + this.offers.length) % this.offers.length;
      else if (event.key === "Enter" || event.key === "Tab") this.accept(this.offers[this.selected]);
      else if (event.key === "Escape") this.offers = [];
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    accept({ text }) {
      const end = this.area.selectionStart;
      const start = this.area.value.lastIndexOf(this.label === "Emoji" ? ":" : "@", end - 1);
      this.area.setRangeText(`${text} `, start, end, "end");
      this.area.focus();
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    },
  },
};
