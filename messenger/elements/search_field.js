// @ts-check
// The browser's half of SearchField: keys lead to it at once, before anything is typed into another field.

/** @type {VueComponent} */
export default {
  template: `
    <div class="search-field">
      <div class="search" role="search">
        <q-input ref="input" v-model="words" outlined dense debounce="200" type="search" autocomplete="off"
          :maxlength="maxLength" placeholder="Search" aria-label="Search messages"
          @focus="tell" @keydown.esc.prevent="$emit('search', null)" />
      </div>
      <q-btn flat icon="search" aria-label="Search" @click="open" />
    </div>
  `,
  props: { maxLength: Number },
  emits: ["search"], // with what is written, or null on Escape, by which browsers would clear it
  data: () => ({ words: "" }),
  watch: { words: "tell" },

  mounted() {
    window.addEventListener("keydown", this.onKeyAnywhere, true); // before the composer hears of it
  },
  unmounted() {
    window.removeEventListener("keydown", this.onKeyAnywhere, true);
  },

  methods: {
    input() {
      return /** @type {HTMLInputElement} */ (this.$refs.input.getNativeElement());
    },
    tell() {
      this.$emit("search", this.words ?? "");
    },
    open() {
      const last = /** @type {HTMLElement | null} */ (document.activeElement);
      if (last !== this.input()) this.last = last;
      this.input().focus();
      this.input().select();
    },
    // gives the focus back to where it was, unless it has gone elsewhere meanwhile
    leave() {
      const isHere = [this.input(), document.body].includes(/** @type {any} */ (document.activeElement));
      if (!isHere) return;
      this.input().blur();
      if (this.last?.isConnected) this.last.focus();
    },
    // a second Ctrl + F is the browser's own
    onKeyAnywhere(event) {
      const isFind = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === "f";
      const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
      const isWritten = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key === "ArrowDown" || event.key === "ArrowUp") return this.moveFocus(event);
      if (!(isFind && event.target !== this.input()) && !(isSlash && !isWritten)) return;
      if (document.querySelector(".q-dialog--modal, .q-menu")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.open();
    },
    // arrows lead from the box to what was found, from one to the next, and back
    moveFocus(event) {
      const places = [this.input(), .../** @type {any} */ (document.querySelectorAll(".search-results button"))];
      const next = places.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
      if (!places.includes(event.target) || !places[next]) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      places[next].focus();
    },
  },
};
