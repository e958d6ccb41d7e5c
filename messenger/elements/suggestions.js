// @ts-check
// The browser's half of Suggestions: keys must choose at once, so nothing here waits for the server.

const ALL = "all";
const MAX_SUGGESTIONS = 8;

/** @type {VueComponent} */
export default {
  template: `
    <ul v-show="names.length" class="suggestions" role="listbox" aria-label="People to mention">
      <li v-for="(name, at) in names" :key="name" :id="optionId(at)" role="option" :aria-selected="at === selected"
        @mousedown.prevent="accept(name)">{{ name }}</li>
    </ul>
  `,
  props: { box: Number },
  data: () => ({ names: /** @type {string[]} */ ([]), selected: 0, users: /** @type {string[]} */ ([]) }),
  watch: {
    names: "describe",
    selected: "describe",
  },

  mounted() {
    this.area = getHtmlElement(this.box);
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.setAttribute("aria-controls", this.$el.id);
    this.area.addEventListener("input", this.suggest);
    // before the text area hears of it
    this.area.parentElement.addEventListener("keydown", this.onKey, true);
    window.socket.on("chat:users", this.onUsers);
  },
  unmounted() {
    window.socket.off("chat:users", this.onUsers);
  },

  methods: {
    optionId(at) {
      return `suggestion-${this.box}-${at}`;
    },
    onUsers({ users }) {
      this.users = users.map((user) => user.name);
    },
    suggest() {
      const found = this.area.value.slice(0, this.area.selectionStart).match(/(?:^|\s)@([^@\n]{0,32})$/);
      const authors = [...document.querySelectorAll(".message header .author")].map((part) => part.textContent);
      const beginning = found?.[1].toLowerCase();
      const names = [...new Set([...this.users, ...authors.reverse(), ALL])]
        .filter((name) => found && name?.toLowerCase().startsWith(beginning))
        .slice(0, MAX_SUGGESTIONS);
      this.names = names.length === 1 && names[0] === found?.[1] ? [] : names;
      this.selected = 0;
    },
    describe() {
      if (this.names.length) this.area.setAttribute("aria-activedescendant", this.optionId(this.selected));
      else this.area.removeAttribute("aria-activedescendant");
    },
    onKey(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!this.names.length || event.shiftKey || event.isComposing) return;
      if (step) this.selected = (this.selected + step + this.names.length) % this.names.length;
      else if (event.key === "Enter" || event.key === "Tab") this.accept(this.names[this.selected]);
      else if (event.key === "Escape") this.names = [];
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    accept(name) {
      const start = this.area.value.lastIndexOf("@", this.area.selectionStart - 1);
      this.area.setRangeText(`@${name} `, start, this.area.selectionStart, "end");
      this.area.focus();
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    },
  },
};
