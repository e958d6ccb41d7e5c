// @ts-check
// The files that go with the next message: chosen, dragged or pasted, sent to the server at once, each exactly once.

const MAX_AT_ONCE = 3;
const RETRY_AFTER = [1, 2, 5, 10, 30]; // seconds
const LATER = [0, 408, 429, 500, 502, 503, 504]; // no connection, or no time now: the same will do in a while
const PREVIEWED = /^image\/(png|jpeg|gif|webp)$/;

/** @type {VueComponent} */
export default {
  template: `
    <Teleport v-if="place" :to="place">
      <q-btn flat round class="attach" icon="attach_file" aria-label="Attach files" @click="$refs.input.click()" />
      <input ref="input" type="file" multiple hidden @change="onChoose" />
      <ul v-if="files.length" class="file-tray" aria-label="Files that go with the message">
        <li v-for="file in files" :key="file.id">
          <img v-if="file.preview" :src="file.preview" alt="" />
          <q-icon v-else name="insert_drive_file" />
          <span class="about-file">
            <bdi class="name">{{ file.name }}</bdi>
            <span v-if="file.trouble" class="refusal" role="alert">{{ file.trouble }}</span>
            <progress v-else-if="!file.token" :value="file.progress" :aria-label="'Sending ' + file.name"></progress>
          </span>
          <q-btn v-if="file.isWaiting" flat round icon="refresh" :aria-label="'Retry ' + file.name" @click="retry(file)" />
          <q-btn flat round icon="close" :aria-label="'Remove ' + file.name" @click="remove(file)" />
        </li>
      </ul>
      <div v-if="isOver" class="drop-zone">Drop the files to attach them</div>
    </Teleport>
  `,
  props: { area: Object, address: String, token: String, maxSize: Number, maxCount: Number },
  emits: ["change", "refuse", "settle"], // that there are others; a sentence; that all have been sent
  data: () => ({
    place: /** @type {Element | null} */ (null),
    files: /** @type {any[]} */ ([]), // { id, name, preview, progress, token, trouble, isWaiting, isRefused, attempts }
    isOver: false, // whether files are dragged over the page
  }),

  created() {
    this.contents = new Map(); // by the ids of files
    this.requests = new Map();
    this.taken = new Map(); // files that went with a message, by their tokens
    this.timers = new Map();
  },
  mounted() {
    this.place = this.area.closest(".box");
    this.area.addEventListener("paste", this.onPaste);
    for (const [name, handler] of this.listeners()) window.addEventListener(name, handler);
  },
  unmounted() {
    for (const [name, handler] of this.listeners()) window.removeEventListener(name, handler);
    for (const file of [...this.files]) this.remove(file);
  },

  methods: {
    listeners() {
      return [
        ["dragover", this.onDrag],
        ["dragleave", this.onDragLeave],
        ["drop", this.onDrop],
      ];
    },

    // --- what the next message takes along

    isBusy() {
      return this.files.some((file) => !file.token && !file.isRefused);
    },
    isRefused() {
      return this.files.some((file) => file.isRefused);
    },
    take() {
      const taken = this.files;
      for (const file of taken) this.taken.set(file.token, file);
      this.files = [];
      return taken.map((file) => file.token);
    },
    // the message was refused
    restore(tokens) {
      const files = tokens.map((token) => this.taken.get(token)).filter(Boolean);
      this.files = [...files, ...this.files];
    },
    // the message is stored
    forget(tokens) {
      for (const token of tokens) {
        if (this.taken.get(token)?.preview) URL.revokeObjectURL(this.taken.get(token).preview);
        this.taken.delete(token);
      }
    },

    // --- choosing, dragging, pasting

    onChoose() {
      this.add(this.$refs.input.files);
      this.$refs.input.value = ""; // the same file can be chosen again
      this.area.focus();
    },
    onPaste(event) {
      const { files, types } = event.clipboardData;
      if (!files.length || types.includes("text/plain")) return; // a table is copied as a picture, too
      event.preventDefault();
      this.add(files);
    },
    onDrag(event) {
      if (!event.dataTransfer.types.includes("Files") || document.querySelector(".q-dialog--modal")) return;
      event.preventDefault();
      this.isOver = true;
    },
    onDragLeave(event) {
      if (!event.relatedTarget) this.isOver = false;
    },
    onDrop(event) {
      if (!this.isOver) return;
      event.preventDefault();
      this.isOver = false;
      const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
      const isFolder = items.map((item) => item.webkitGetAsEntry?.()?.isDirectory);
      const files = [...event.dataTransfer.files].filter((_, index) => !isFolder[index]);
      this.add(files);
      if (files.length < items.length) this.$emit("refuse", "A folder cannot be sent. Choose the files in it.");
    },
    add(list) {
      this.$emit("change");
      for (const content of list) {
        if (this.files.length >= this.maxCount) {
          this.$emit("refuse", `A message can have at most ${this.maxCount} files. Send the others in another one.`);
          break;
        }
        this.addOne(content);
      }
      this.start();
    },
    addOne(content) {
      const isTooLarge = content.size > this.maxSize;
      const id = createRandomUUID();
      this.contents.set(id, content);
      this.files.push({
        id,
        name: content.name,
        preview: PREVIEWED.test(content.type) ? URL.createObjectURL(content) : "",
        progress: 0,
        token: "",
        trouble: isTooLarge ? `A file can have at most ${this.maxSize / 1e6} MB.` : "",
        isRefused: isTooLarge,
        isWaiting: false,
        attempts: 0,
      });
    },
    remove(file) {
      clearTimeout(this.timers.get(file.id));
      this.requests.get(file.id)?.abort();
      this.contents.delete(file.id);
      if (file.preview) URL.revokeObjectURL(file.preview);
      this.files = this.files.filter((other) => other.id !== file.id);
      this.$emit("change");
      this.start();
    },

    // --- sending: a repeat has the same id, by which the server knows what it has already

    start() {
      for (const file of this.files) {
        const isDue = !file.token && !file.isRefused && !file.isWaiting && !this.requests.has(file.id);
        if (isDue && this.requests.size < MAX_AT_ONCE) this.send(file);
      }
      if (this.files.length && !this.isBusy() && !this.isRefused()) this.$emit("settle");
    },
    send(file) {
      const request = new XMLHttpRequest(); // since `fetch` tells no progress
      this.requests.set(file.id, request);
      request.open("POST", this.address);
      request.setRequestHeader("X-Upload-Token", this.token);
      request.setRequestHeader("X-Upload-Id", file.id);
      request.setRequestHeader("X-File-Name", encodeURIComponent(file.name.toWellFormed?.() ?? file.name));
      request.upload.onprogress = ({ loaded, total }) => (file.progress = total ? loaded / total : 0);
      request.onloadend = () => {
        this.requests.delete(file.id);
        if (this.contents.has(file.id)) this.onAnswer(file, request);
        this.start();
      };
      request.send(this.contents.get(file.id));
    },
    onAnswer(file, request) {
      if (request.status === 201) {
        file.token = JSON.parse(request.responseText).token;
        this.contents.delete(file.id);
      } else if (LATER.includes(request.status)) {
        file.trouble = request.status ? sentenceOf(request) : "The connection is lost. It is tried again.";
        file.isWaiting = true;
        const seconds = RETRY_AFTER[Math.min(file.attempts++, RETRY_AFTER.length - 1)];
        this.timers.set(file.id, setTimeout(this.retry, seconds * 1000, file));
      } else {
        file.trouble = sentenceOf(request);
        file.isRefused = true;
      }
    },
    retry(file) {
      clearTimeout(this.timers.get(file.id));
      file.isWaiting = false;
      file.trouble = "";
      file.progress = 0;
      this.start();
    },
  },
};

function sentenceOf(request) {
  try {
    return JSON.parse(request.responseText).error;
  } catch {
    return "This file could not be sent. Please try again.";
  }
}
