// The call on one time axis: phases, keys, two channels with what was measured, the rules' hits and misses.
import { GLYPHS, clock, make, put } from "./dom.js";

const LANE = 50, BETWEEN = 4, HITS = 3, HIT = 17;
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600];
const TINTS = { dead: ["faint", 0.3], announced: ["faint", 0.12], overlap: ["warn", 0.3], interruption: ["bad", 0.35], music: ["accent", 0.2], paused: ["ink", 0.35] };
const COLOURS = { pass: "good", fail: "bad", unsure: "warn" };

export class Axis {
  constructor(view, say, seek) {
    this.view = view;
    this.say = say;
    this.seek = seek;
    this.total = Math.max(view.duration, view.sound.seconds, 0.5);
    this.from = 0;
    this.to = this.total;
    this.at = 0;
    this.whole = null;
    this.close = null;
    this.#build();
  }

  #build() {
    this.phases = make("div", "pl-phases", null, { "aria-hidden": "true" });
    this.caps = make("div", "pl-caps", null, { "aria-hidden": "true" });
    this.canvas = make("canvas", "pl-canvas", null, { "aria-hidden": "true" });
    this.slider = make("div", "pl-seek", null, { role: "slider", tabindex: "0", "aria-label": this.say.position, "aria-valuemin": "0", "aria-valuemax": this.total.toFixed(1) });
    this.lanes = put(make("div", "pl-lanes"), this.canvas, this.slider);
    this.hits = make("div", "pl-hits", null, { role: "group", "aria-label": this.say.rules });
    this.ticks = make("div", "pl-ticks", null, { "aria-hidden": "true" });
    this.cursor = make("div", "pl-cursor", null, { "aria-hidden": "true" });
    this.hover = make("div", "pl-hover", null, { "aria-hidden": "true", hidden: "" });
    this.element = put(make("div", "pl-axis"), this.phases, this.caps, this.lanes, this.hits, this.ticks, this.hover, this.cursor);
    this.readout = make("span", "pl-readout");
    if (this.view.sound.state !== "ready") put(this.lanes, make("div", "pl-none", this.view.sound.message));
    this.#pointer();
    new ResizeObserver(() => this.draw()).observe(this.element);
    new MutationObserver(() => this.draw()).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  get width() { return this.element.clientWidth || 1; }
  x(at) { return ((at - this.from) / (this.to - this.from)) * this.width; }
  time(x) { return this.from + (x / this.width) * (this.to - this.from); }

  #pointer() {
    const place = (event) => Math.min(this.total, Math.max(0, this.time(event.clientX - this.element.getBoundingClientRect().left)));
    let held = false;
    this.slider.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      held = true;
      this.slider.setPointerCapture(event.pointerId);
      this.seek(place(event));
    });
    this.slider.addEventListener("pointermove", (event) => { if (held) this.seek(place(event)); });
    for (const kind of ["pointerup", "pointercancel"]) this.slider.addEventListener(kind, () => { held = false; });
    this.element.addEventListener("pointermove", (event) => {
      const at = place(event);
      this.hover.hidden = false;
      this.hover.style.left = `${this.x(at)}px`;
      this.readout.textContent = [clock(at), ...this.told(at)].join(" · ");
    });
    this.element.addEventListener("pointerleave", () => { this.hover.hidden = true; this.readout.textContent = ""; });
    this.element.addEventListener("wheel", (event) => {
      const whole = this.to - this.from >= this.total;
      if (event.ctrlKey) { event.preventDefault(); this.zoom(event.deltaY < 0 ? 1.25 : 0.8, place(event)); }
      else if (!whole) { event.preventDefault(); this.pan(((event.deltaX || event.deltaY) / this.width) * (this.to - this.from)); }
    }, { passive: false });
  }

  // What goes on at a moment, in words.
  told(at) {
    const inside = (one) => one.start <= at && at <= one.end;
    const phase = this.view.phases.find(inside);
    const found = phase ? [`${phase.name} ${phase.who}`.trim()] : [];
    return [...found, ...this.view.marks.filter(inside).map((one) => one.title)].slice(0, 4);
  }

  zoom(by, around = this.at) {
    const width = Math.min(this.total, Math.max(Math.min(1, this.total), (this.to - this.from) / by));
    const share = Math.min(1, Math.max(0, (around - this.from) / (this.to - this.from)));
    this.show(around - share * width, width);
  }
  pan(by) { this.show(this.from + by, this.to - this.from); }
  fit() { this.show(0, this.total); }
  show(from, width) {
    this.from = Math.min(Math.max(0, from), this.total - width);
    this.to = this.from + width;
    this.draw();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.load(), 120);
  }

  async load() {
    if (this.view.sound.state !== "ready") return;
    const points = Math.min(4000, Math.round(this.width * (devicePixelRatio || 1)));
    const whole = this.to - this.from >= this.total;
    if (whole && this.whole) { this.close = null; return this.draw(); }
    this.asking?.abort();
    this.asking = new AbortController();
    const end = Math.min(this.to, this.view.sound.seconds);
    const part = whole ? "" : `&start=${this.from.toFixed(3)}&end=${Math.max(this.from, end).toFixed(3)}`;
    try {
      const answer = await fetch(`/api/v1/calls/${this.view.id}/peaks?points=${points}${part}`, { signal: this.asking.signal });
      const found = await answer.json();
      if (!answer.ok) { this.view.sound.state = "broken"; put(this.lanes, make("div", "pl-none", found.error)); return; }
      if (whole) { this.whole = found; this.#loudest(); } else this.close = found;
      this.draw();
    } catch (error) { if (error.name !== "AbortError") throw error; }
  }

  #loudest() {
    let most = 1;
    for (const lane of this.whole.lanes) for (let at = 0; at < lane.low.length; at++) most = Math.max(most, -lane.low[at], lane.high[at]);
    this.gain = Math.min(6, 0.95 * (127 / most));
  }

  move(at, following) {
    this.at = at;
    if (following && this.to - this.from < this.total && (at < this.from || at > this.to)) this.show(at - 0.1 * (this.to - this.from), this.to - this.from);
    const x = this.x(at);
    this.cursor.style.left = `${x}px`;
    this.cursor.hidden = x < -1 || x > this.width + 1;
    this.slider.setAttribute("aria-valuenow", at.toFixed(1));
    this.slider.setAttribute("aria-valuetext", [`${clock(at)} / ${clock(this.total)}`, ...this.told(at)].join(", "));
  }

  draw() {
    this.#spans();
    this.#canvas();
    this.#hits();
    this.#scale();
    this.move(this.at, false);
  }

  #spans() {
    this.phases.replaceChildren(...this.view.phases.filter((one) => one.end > this.from && one.start < this.to).map((one) => {
      const left = Math.max(0, this.x(one.start)), width = Math.min(this.width, this.x(one.end)) - left;
      const text = `${one.name} ${one.who}`.trim();
      const made = make("div", `pl-phase ${one.kind}`, width > 26 ? text : "", { title: `${text} ${(one.end - one.start).toFixed(1)} s` });
      made.style.left = `${left}px`;
      made.style.width = `${Math.max(1, width)}px`;
      return made;
    }));
    let free = 0;
    const caps = this.view.events.filter((one) => ["key", "invalid", "digits", "timeout"].includes(one.kind)).map((one) => {
      const text = one.kind === "timeout" ? "…" : one.key || (one.kind === "digits" ? "•••" : "✗");
      const made = make("kbd", one.kind, text, { title: `${clock(one.at)} ${one.step}: ${one.text}` });
      const width = 8 + 7 * text.length;
      const left = Math.max(free, this.x(one.at) - width / 2);
      made.style.left = `${left}px`;
      made.hidden = this.x(one.at) < 0 || left + width > this.width;
      if (!made.hidden) free = left + width + 2;
      return made;
    });
    this.caps.replaceChildren(...caps);
  }

  #canvas() {
    const ratio = devicePixelRatio || 1, width = this.width, height = 2 * LANE + BETWEEN;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(document.body);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    for (const channel of [0, 1]) this.#lane(pen, channel, channel * (LANE + BETWEEN), colour);
  }

  #lane(pen, channel, top, colour) {
    const box = (start, end, name, alpha, y = top, height = LANE) => {
      const left = Math.max(0, this.x(start)), right = Math.min(this.width, this.x(end));
      if (right < 0 || left > this.width || right < left) return;
      pen.globalAlpha = alpha;
      pen.fillStyle = colour(name);
      pen.fillRect(left, y, Math.max(1, right - left), height);
      pen.globalAlpha = 1;
    };
    box(this.from, this.to, "line", 0.35);
    for (const track of this.view.tracks) if (track.channel === channel && track.duration) box(track.offset, track.offset + track.duration, "paper", 1);
    for (const mark of this.view.marks) if (mark.channel === null || mark.channel === channel) box(mark.start, mark.end, ...(TINTS[mark.kind] ?? ["faint", 0.2]));
    for (const one of this.view.verdicts.findings) {
      if ((one.speaker === "caller" ? 0 : 1) !== channel || !COLOURS[one.mark] || one.behaviour) continue;
      for (const [start, end] of one.places) { box(start, end, COLOURS[one.mark], 0.28); box(start, end, COLOURS[one.mark], 1, top, 2); }
    }
    const name = channel ? "agent" : "caller", middle = top + LANE / 2;
    box(this.from, this.to, "line", 1, middle, 1);
    for (const track of this.view.tracks) if (track.channel === channel) for (const [start, end] of track.speech) box(start, end, name, 0.9, top + LANE - 2, 2);
    for (const found of this.close ? [this.close] : this.whole ? [this.whole] : []) this.#wave(pen, found, channel, middle, colour(name));
  }

  #wave(pen, found, channel, middle, colour) {
    const { low, high } = found.lanes[channel], count = low.length;
    if (!count) return;
    const each = (found.end - found.start) / count, half = LANE / 2 - 3, scale = (half / 127) * (this.gain ?? 1);
    const first = Math.max(0, Math.floor((this.from - found.start) / each) - 1), last = Math.min(count, Math.ceil((this.to - found.start) / each) + 1);
    pen.beginPath();
    for (let at = first; at < last; at++) pen.lineTo(this.x(found.start + (at + 0.5) * each), middle - Math.min(half, high[at] * scale) - 0.3);
    for (let at = last - 1; at >= first; at--) pen.lineTo(this.x(found.start + (at + 0.5) * each), middle - Math.max(-half, low[at] * scale) + 0.3);
    pen.closePath();
    pen.fillStyle = colour;
    pen.fill();
  }

  #hits() {
    const taken = Array.from({ length: HITS }, () => []), pen = this.canvas.getContext("2d");
    pen.font = '11px "Noto Sans CJK SC", system-ui, sans-serif';
    const made = [];
    const urgent = { fail: 0, unsure: 1, pass: 2 };
    const shown = this.view.verdicts.findings.filter((one) => one.at !== null && this.x(one.at) >= -1 && this.x(one.at) <= this.width + 1);
    shown.sort((a, b) => urgent[a.mark] - urgent[b.mark] || a.at - b.at);
    for (const one of shown) {
      const x = this.x(one.at);
      const glyph = GLYPHS[one.mark], short = `${glyph} ${one.norm}`.trim(), long = `${short} ${one.title}`;
      const widths = [long, short, glyph].map((text) => [text, Math.min(190, pen.measureText(text).width + 12)]);
      let place = null;
      for (const [text, width] of widths) {
        const left = Math.max(0, Math.min(one.located ? x : x - width, this.width - width));
        const lane = taken.findIndex((spans) => spans.every(([start, end]) => end <= left || start >= left + width));
        if (lane >= 0) { place = { text, width, left, lane }; break; }
      }
      place ??= this.#gap(taken, glyph, x);
      const tick = make("i", `pl-tick ${one.mark}`, null, { "aria-hidden": "true" });
      tick.style.left = `${x}px`;
      tick.style.height = `${(place?.lane ?? 0) * HIT + 2}px`;
      made.push(tick);
      if (!place) continue; // there is no room; it stands among the rules, and n leads to it
      taken[place.lane].push([place.left, place.left + place.width + 2]);
      const detail = one.measured || one.heard || (one.missing && `${this.say.missing} ${one.missing}`) || one.reason;
      const button = make("button", `pl-hit ${one.mark}${one.located ? "" : " absent"}`, place.text, {
        type: "button", "data-rule": one.rule, "data-at": one.at, title: `${clock(one.at)} ${one.title}: ${one.value_name} (${one.mark_name}) ${detail}`,
        "aria-label": `${one.title}: ${one.value_name}, ${clock(one.at)}`,
      });
      button.style.left = `${place.left}px`;
      button.style.top = `${place.lane * HIT}px`;
      button.style.width = `${place.width}px`;
      made.push(button);
    }
    this.hits.replaceChildren(...made);
  }

  // Room for a sign alone, as near to its place as there is any.
  #gap(taken, text, x) {
    const width = 16;
    for (let off = 0; off <= 64; off += 4)
      for (const left of [x + off, x - off].map((one) => Math.max(0, Math.min(one, this.width - width)))) {
        const lane = taken.findIndex((spans) => spans.every(([start, end]) => end <= left || start >= left + width));
        if (lane >= 0) return { text, width, left, lane };
      }
    return null;
  }

  #scale() {
    const per = this.width / (this.to - this.from);
    const step = STEPS.find((one) => one * per >= 64) ?? STEPS.at(-1);
    const made = [];
    for (let at = Math.ceil(this.from / step) * step; at <= this.to + 1e-6 && made.length < 200; at += step) {
      const tick = make("span", "", clock(at, step < 1));
      tick.style.left = `${this.x(at)}px`;
      tick.hidden = this.x(at) > this.width - 24;
      made.push(tick);
    }
    this.ticks.replaceChildren(...made);
  }
}
