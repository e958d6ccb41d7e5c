// @ts-check
// What can be done with a message: one toolbar serves all of them, and stands beside the one that is pointed at.

const GAP = 8; // between a message and its tools, in pixels

/** @type {VueComponent} */
export default {
  template: `
    <div v-show="row" class="tools" role="toolbar" aria-label="Actions" @keydown="onKey">
      <span>
        <q-btn v-for="emoji in reactions" :key="emoji" flat dense tabindex="-1" :label="emoji"
          :aria-label="'React with ' + emoji" @click="act('react', emoji)" />
      </span>
      <span>
        <q-btn flat dense tabindex="-1" icon="add_reaction" aria-label="React with another emoji" @click="act('pick')" />
        <q-btn flat dense tabindex="-1" icon="reply" aria-label="Reply" @click="act('reply')" />
        <q-btn flat dense tabindex="-1" icon="link" aria-label="Copy link" @click="act('link')" />
        <q-btn v-if="isOwn" flat dense tabindex="-1" icon="edit" aria-label="Edit" @click="act('edit')" />
        <q-btn v-if="isOwn" flat dense tabindex="-1" icon="delete" aria-label="Delete" @click="act('delete')" />
      </span>
    </div>
  `,
  props: { me: String, reactions: Array },
  emits: ["react", "pick", "reply", "link", "edit", "delete"], // each with the id of the message
  data: () => ({ row: /** @type {HTMLElement | null} */ (null) }), // the message whose tools these are
  computed: {
    isOwn() {
      return this.row?.dataset.author === this.me;
    },
  },

  mounted() {
    this.observer = new ResizeObserver(() => this.row?.isConnected && this.place()); // messages above moved this one
    this.observer.observe(this.$el.parentElement);
  },
  unmounted() {
    this.observer.disconnect();
  },

  methods: {
    async show(row) {
      if (this.hasFocus() && row !== this.row) return;
      this.row = row.matches(".deleted, .notice") ? null : row;
      await this.$nextTick();
      if (this.row === row) this.place();
    },
    async focus(row) {
      await this.show(row);
      if (this.row) this.$el.querySelector("button").focus();
    },
    hide() {
      this.row = null;
    },
    // nothing points at a message any more
    leave() {
      if (!this.hasFocus()) this.hide();
    },
    // messages have changed, perhaps this one; a click may come before the observer is called
    update() {
      if (!this.row?.isConnected || this.row.classList.contains("deleted")) this.hide();
      else this.place();
    },
    hasFocus() {
      return this.row && this.$el.contains(document.activeElement);
    },
    // beside the bubble, or above it where there is no room; below it where that is out of sight. They are translated,
    // since another `top` would have the browser lay out all rows again, while scrolling for every frame.
    place() {
      const frame = this.$el.parentElement.getBoundingClientRect();
      const view = this.$el.closest(".viewport").getBoundingClientRect();
      const bubble = this.row.querySelector(".bubble").getBoundingClientRect();
      const { offsetWidth: width, offsetHeight: height } = this.$el;
      const side = this.isOwn ? bubble.left - width - GAP : bubble.right + GAP;
      const isBeside = side >= frame.left && side + width <= frame.right;
      const above =
        bubble.top - height >= view.top ? bubble.top - height : Math.min(bubble.bottom, view.bottom - height);
      const left = isBeside ? side : Math.max(this.isOwn ? bubble.right - width : bubble.left, frame.left);
      const top = isBeside ? Math.max(bubble.top, view.top) : above;
      this.$el.style.translate = `${left - frame.left}px ${top - frame.top}px`;
    },
    act(name, ...details) {
      const { row } = this;
      this.returnFocus();
      this.hide();
      this.$emit(name, +row.dataset.id, ...details);
    },
    returnFocus() {
      if (this.hasFocus()) this.row.focus({ preventScroll: true });
    },
    onKey(event) {
      const buttons = [...this.$el.querySelectorAll("button")];
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) buttons.at((buttons.indexOf(event.target) + step) % buttons.length).focus();
      if (event.key !== "Escape") return;
      this.returnFocus();
      this.hide();
    },
  },
};
