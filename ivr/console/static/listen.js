// Hears a talk while it goes on: a WAV stream without an end, caller left and agent right, played as it comes.
import { fill, h, put, replace } from "/static/live.js";

const HEADER = 44; // bytes
const AHEAD = 0.15; // seconds between what comes and what is heard, at the beginning and after a gap

export class LivePlayer {
  constructor(root, words) {
    this.words = words;
    this.behind = h("b", { class: "num", "data-behind": true }, "–");
    this.who = h("span", { "data-words": true });
    this.told = h("span", { role: "status", class: "faint" });
    const slider = (name, side) => {
      const input = h("input", { type: "range", min: 0, max: 150, value: 100, "aria-label": words[name] });
      input.addEventListener("input", () => { if (this.gains) this.gains[side].gain.value = input.value / 100; });
      return h("label", { class: "listen-side" }, words[name], input);
    };
    this.sides = [slider("caller", 0), slider("agent", 1)];
    this.stopping = h("button", { type: "button", class: "button main", "data-do": "stop", onclick: () => this.stop() }, words.stop);
    this.bar = h("div", { class: "listen", role: "region", "aria-label": words.hear, hidden: true },
      h("span", { class: "dot live", "aria-hidden": "true" }), this.who, this.told, ...this.sides,
      h("span", { class: "faint" }, words.behind), this.behind, this.stopping);
    document.body.append(this.bar);
  }

  // Begins; raises what the server refuses.
  async start(agent, name) {
    this.stop();
    const context = new AudioContext();
    const abort = new AbortController();
    const answer = await fetch(`/api/v1/agents/${encodeURIComponent(agent)}/sound`, { signal: abort.signal });
    if (!answer.ok) {
      context.close();
      const found = await answer.json().catch(() => ({}));
      throw new Error([found.error || answer.statusText, found.cure].filter(Boolean).join(" · "));
    }
    await context.resume();
    Object.assign(this, { context, abort, next: 0, given: 0, rate: 0 });
    this.from = Date.parse(answer.headers.get("X-Live-From"));
    this.ahead = Date.parse(answer.headers.get("X-Live-Now")) - Date.now();
    const split = context.createChannelSplitter(2), merge = context.createChannelMerger(2);
    this.gains = [0, 1].map((side) => {
      const gain = context.createGain();
      gain.gain.value = this.sides[side].querySelector("input").value / 100;
      split.connect(gain, side);
      gain.connect(merge, 0, side);
      return gain;
    });
    merge.connect(context.destination);
    this.into = split;
    put(this.who, name);
    put(this.told, this.words.hearing);
    this.bar.hidden = false;
    this.timer = setInterval(() => this.measure(), 500);
    this.pump(answer.body.getReader(), context);
  }

  async pump(reader, context) {
    let left = new Uint8Array();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const bytes = new Uint8Array(left.length + value.length);
        bytes.set(left);
        bytes.set(value, left.length);
        left = this.take(bytes);
      }
      if (context === this.context) setTimeout(() => { if (context === this.context) this.stop(this.words.over); }, 1000 * Math.max(0, this.next - context.currentTime) + 300);
    } catch (error) {
      if (context === this.context) this.stop(error.name === "AbortError" ? "" : this.words.broken_off);
    }
  }

  // Plays whole samples; gives back what is left over.
  take(bytes) {
    let at = 0;
    const view = new DataView(bytes.buffer);
    if (!this.rate) {
      if (bytes.length < HEADER) return bytes;
      this.rate = view.getUint32(24, true);
      at = HEADER;
    }
    const count = Math.floor((bytes.length - at) / 4);
    if (count) {
      const sound = this.context.createBuffer(2, count, this.rate);
      for (const side of [0, 1]) {
        const samples = sound.getChannelData(side);
        for (let n = 0; n < count; n++) samples[n] = view.getInt16(at + 4 * n + 2 * side, true) / 32768;
      }
      const source = this.context.createBufferSource();
      source.buffer = sound;
      source.connect(this.into);
      const now = this.context.currentTime;
      if (this.next < now) this.next = now + AHEAD;
      source.start(this.next);
      this.next += sound.duration;
      this.given += sound.duration;
      this.measure();
    }
    return bytes.slice(at + 4 * count);
  }

  // Seconds from what was spoken to what is heard.
  measure() {
    if (!this.context) return;
    const heard = this.given - Math.max(0, this.next - this.context.currentTime);
    const late = (Date.now() + this.ahead - this.from) / 1000 - heard;
    put(this.behind, fill(this.words.seconds, { s: late.toFixed(1) }));
    this.bar.dataset.seconds = this.given.toFixed(1);
  }

  stop(why = "") {
    clearInterval(this.timer);
    this.abort?.abort();
    this.context?.close();
    this.context = this.abort = this.gains = null;
    if (why) { put(this.told, why); put(this.behind, "–"); setTimeout(() => { if (!this.context) this.bar.hidden = true; }, 4000); }
    else this.bar.hidden = true;
  }
}
