// A flow as SVG: zoomed and moved by mouse, wheel and keys; its steps can be chosen. It is parsed as XML, and scripts
// within it would not run; it is made by the server, which escapes all words.
const SCALE = 1.25, LEAST = 0.15, MOST = 4;
export default {
  template: `
    <div class="flow">
      <div class="flow-tools" role="group" :aria-label="words.tools">
        <button type="button" class="button" :title="words.in" :aria-label="words.in" @click="zoom(SCALE)">+</button>
        <button type="button" class="button" :title="words.out" :aria-label="words.out" @click="zoom(1 / SCALE)">−</button>
        <button type="button" class="button" :title="words.fit" :aria-label="words.fit" @click="fit">⤢</button>
      </div>
      <div class="flow-paper" ref="paper" tabindex="0" role="group" :aria-label="words.flow" @wheel="wheel" @keydown="key"
           @pointerdown="grasp" @pointermove="drag" @pointerup="free" @pointercancel="free"></div>
    </div>`,
  props: { svg: String, label: String, words: Object, path: Array, chosen: String, marks: Object },
  emits: ["step"],
  data: () => ({ SCALE }),
  created() { this.at = { x: 0, y: 0, scale: 1 }; this.held = null; },
  mounted() { this.draw(); this.resized = new ResizeObserver(() => this.apply()); this.resized.observe(this.$refs.paper); },
  unmounted() { this.resized.disconnect(); },
  watch: {
    svg() { this.draw(); },
    path: { deep: true, handler() { this.mark(); this.follow(); } },
    chosen() { this.mark(); },
    marks: { deep: true, handler() { this.badges(); } },
  },
  methods: {
    draw() {
      const parsed = new DOMParser().parseFromString(this.svg || "<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml");
      const drawn = document.importNode(parsed.documentElement, true);
      this.size = { width: +drawn.getAttribute("width") || 1, height: +drawn.getAttribute("height") || 1 };
      drawn.removeAttribute("viewBox");
      drawn.setAttribute("width", "100%");
      drawn.setAttribute("height", "100%");
      const inside = document.createElementNS("http://www.w3.org/2000/svg", "g");
      for (const child of [...drawn.children]) {
        if (child.tagName === "rect") child.remove();
        else if (child.tagName !== "defs") inside.append(child);
      }
      drawn.append(inside);
      this.inside = inside;
      this.$refs.paper.replaceChildren(drawn);
      for (const box of this.boxes()) {
        box.setAttribute("tabindex", "0");
        box.setAttribute("role", "button");
        box.setAttribute("aria-label", box.querySelector("title")?.textContent || box.dataset.step);
        box.addEventListener("click", () => { if (!this.moved) this.$emit("step", box.dataset.step); });
      }
      this.fit();
      this.mark();
      this.badges();
    },
    boxes() { return this.inside ? [...this.inside.querySelectorAll("[data-step]")] : []; },
    mark() {
      const path = this.path || [], last = path[path.length - 1];
      this.$refs.paper.classList.toggle("has-path", path.length > 0);
      for (const box of this.boxes()) {
        const name = box.dataset.step;
        box.classList.toggle("on-path", path.includes(name));
        box.classList.toggle("is-here", path.length > 0 && name === last);
        box.classList.toggle("is-chosen", name === this.chosen);
        box.setAttribute("aria-pressed", name === this.chosen ? "true" : "false");
      }
    },
    badges() {
      for (const box of this.boxes()) {
        box.querySelectorAll(".badge").forEach((one) => one.remove());
        const mark = (this.marks || {})[box.dataset.step], rect = box.querySelector("rect");
        if (!mark || !rect) continue;
        const right = +rect.getAttribute("x") + +rect.getAttribute("width"), top = +rect.getAttribute("y");
        const put = (text, x, anchor, kind) => {
          const made = document.createElementNS("http://www.w3.org/2000/svg", "text");
          made.setAttribute("x", x);
          made.setAttribute("y", top - 4);
          made.setAttribute("text-anchor", anchor);
          made.setAttribute("font-size", "11");
          made.setAttribute("class", "badge " + kind);
          made.textContent = text;
          box.append(made);
        };
        put(mark.calls, right - 4, "end", "came");
        if (mark.lost) put(mark.lost, +rect.getAttribute("x") + 4, "start", "lost");
      }
    },
    fit() {
      const paper = this.$refs.paper, wide = paper.clientWidth || 1, high = paper.clientHeight || 1;
      const scale = Math.max(LEAST, Math.min(1.2, wide / this.size.width, Math.max(0.62, high / this.size.height)));
      this.at = { scale, x: (wide - this.size.width * scale) / 2, y: 0 };
      this.apply();
    },
    apply() {
      if (this.inside) this.inside.setAttribute("transform", `translate(${this.at.x},${this.at.y}) scale(${this.at.scale})`);
    },
    zoom(by, x, y) {
      const paper = this.$refs.paper, { scale } = this.at, next = Math.max(LEAST, Math.min(MOST, scale * by));
      const cx = x ?? paper.clientWidth / 2, cy = y ?? paper.clientHeight / 2;
      this.at.x = cx - ((cx - this.at.x) * next) / scale;
      this.at.y = cy - ((cy - this.at.y) * next) / scale;
      this.at.scale = next;
      this.apply();
    },
    move(x, y) { this.at.x += x; this.at.y += y; this.apply(); },
    follow() {
      const here = this.inside?.querySelector(".is-here"), paper = this.$refs.paper;
      if (!here) return;
      const box = here.getBoundingClientRect(), room = paper.getBoundingClientRect();
      if (box.top < room.top + 10 || box.bottom > room.bottom - 10) this.move(0, room.top + room.height / 2 - (box.top + box.height / 2));
      if (box.left < room.left + 10 || box.right > room.right - 10) this.move(room.left + room.width / 2 - (box.left + box.width / 2), 0);
    },
    wheel(event) {
      event.preventDefault();
      if (!event.ctrlKey && !event.metaKey) { this.move(-event.deltaX, -event.deltaY); return; }
      const room = this.$refs.paper.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 400), event.clientX - room.left, event.clientY - room.top);
    },
    grasp(event) { this.moved = false; this.held = { x: event.clientX, y: event.clientY, pointer: event.pointerId }; },
    drag(event) {
      if (!this.held) return;
      const x = event.clientX - this.held.x, y = event.clientY - this.held.y;
      if (!this.moved && Math.abs(x) + Math.abs(y) < 4) return;
      if (!this.moved) this.$refs.paper.setPointerCapture(this.held.pointer);
      this.moved = true;
      this.held.x = event.clientX;
      this.held.y = event.clientY;
      this.move(x, y);
    },
    free() { this.held = null; },
    key(event) {
      const box = event.target.closest?.("[data-step]");
      const moves = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
      if (moves[event.key]) this.move(...moves[event.key]);
      else if (event.key === "+" || event.key === "=") this.zoom(SCALE);
      else if (event.key === "-") this.zoom(1 / SCALE);
      else if (event.key === "0") this.fit();
      else if (box && (event.key === "Enter" || event.key === " ")) this.$emit("step", box.dataset.step);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  },
};
