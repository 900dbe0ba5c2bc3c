// What stands under the axis: the words that follow the sound, the story, the rules; a click on anything seeks.
import { GLYPHS, clock, make, put } from "./dom.js";

const STILL = 4000; // milliseconds the words do not follow after somebody has scrolled them

export class Words {
  constructor(view, say, pane) {
    this.view = view;
    this.pane = pane;
    this.flat = [];
    this.lines = [];
    this.now = null;
    this.line = null;
    this.touched = 0;
    for (const one of view.transcript.notices) put(pane, make("p", "warn", one));
    const rows = [
      ...view.transcript.utterances.map((one) => ({ start: one.start, one })),
      ...view.marks.filter((one) => one.kind === "paused" || one.kind === "dead").map((mark) => ({ start: mark.start, mark })),
    ].sort((a, b) => a.start - b.start);
    const list = make("div", "tr-lines", null, { "data-words": "" });
    rows.forEach((row, number) => put(list, row.one ? this.#said(row.one, number) : this.#silent(row.mark, number)));
    this.flat.sort((a, b) => a[0] - b[0]);
    put(pane, rows.length ? list : make("p", "faint", say.no_words));
    for (const kind of ["wheel", "touchmove", "pointerdown"]) pane.addEventListener(kind, () => { this.touched = Date.now(); }, { passive: true });
  }

  #said(one, number) {
    const line = make("div", `tr-line ${one.speaker === "agent" ? "agent" : "caller"}`, null, { "data-row": number, "data-start": one.start, "data-end": one.end });
    const text = make("p", "tr-text");
    for (const word of one.words) {
      const made = make("span", ["tr-word", word.low ? "low" : "", word.mark].filter(Boolean).join(" "), word.text, { "data-seek": word.start });
      this.flat.push([word.start, word.end, made]);
      put(text, made);
    }
    this.lines.push([one.start, one.end, line]);
    return put(line, make("button", "tr-at", clock(one.start), { type: "button", "data-seek": one.start }), make("span", "tr-who", one.name), text);
  }

  #silent(mark, number) {
    const line = make("div", `tr-line silence ${mark.kind}`, null, { "data-row": number });
    return put(line, make("button", "tr-at", clock(mark.start), { type: "button", "data-seek": mark.start }), make("span"), make("p", "tr-text faint", mark.title));
  }

  move(at, follow) {
    let low = 0, high = this.flat.length;
    while (low < high) { const middle = (low + high) >> 1; if (this.flat[middle][0] <= at + 0.02) low = middle + 1; else high = middle; }
    const found = low ? this.flat[low - 1] : null;
    const now = found && at <= found[1] + 0.25 ? found[2] : null;
    if (now !== this.now) { this.now?.classList.remove("now"); now?.classList.add("now"); this.now = now; }
    const line = this.lines.findLast?.(([start, end]) => start <= at + 0.02 && at <= end + 0.25)?.[2] ?? now?.closest(".tr-line") ?? null;
    if (line === this.line) return;
    this.line?.removeAttribute("aria-current");
    this.line = line;
    line?.setAttribute("aria-current", "true");
    if (line && follow && !this.pane.hidden && Date.now() - this.touched > STILL) {
      const pane = this.pane.getBoundingClientRect(), box = line.getBoundingClientRect();
      if (box.top < pane.top + 8 || box.bottom > pane.bottom - 24) this.pane.scrollTop += box.top - pane.top - pane.height / 3;
    }
  }
}

export function story(view, say, pane) {
  const table = grid(say.story, [say.at, say.what, say.step]);
  for (const one of view.events) {
    const what = make("td", "");
    put(what, make("span", "", one.text), one.said && make("div", "faint", `“${one.said}”`));
    row(table, one.at, what, make("td", "faint", one.step));
  }
  put(pane, table);
}

export function rules(view, say, pane) {
  const { findings, hidden, judged_by } = view.verdicts;
  for (const one of hidden) put(pane, make("p", "warn", one));
  if (!findings.length && !hidden.length) put(pane, make("p", "faint", say.not_judged));
  if (!findings.length) return;
  const many = new Set(findings.map((one) => one.agent)).size > 1;
  const table = grid(say.rules, [say.at, say.verdict, say.rule, say.evidence]);
  const order = { fail: 0, unsure: 1, pass: 2, not_applicable: 3 };
  for (const one of [...findings].sort((a, b) => order[a.mark] - order[b.mark] || (a.at ?? 1e9) - (b.at ?? 1e9))) {
    const verdict = make("td");
    const tags = { pass: "good", fail: "bad", unsure: "warn" };
    put(verdict, make("span", `tag ${tags[one.mark] ?? ""}`, `${GLYPHS[one.mark]} ${one.value_name}`, { title: one.mark_name }));
    const title = make("td");
    put(title, make("span", "", one.title), one.norm && make("span", "faint", ` ${one.norm}`), many && make("span", "faint", ` ${one.agent}`));
    const proof = make("td");
    put(proof, one.heard && make("div", "", `“${one.heard}”`), one.measured && make("div", "", one.measured), one.missing && make("div", "", `${say.missing} ${one.missing}`), one.reason && make("div", "faint", one.reason));
    if (one.located && one.places.length && view.sound.state === "ready" && view.sound.may_listen) {
      const [start, end] = [Math.max(0, one.places[0][0] - 1), one.places[0][1] + 1];
      if (end - start < 120 && start < view.sound.seconds) put(proof, make("a", "tr-clip", say.clip, { href: `/api/v1/calls/${view.id}/clip?start=${start.toFixed(2)}&end=${end.toFixed(2)}`, download: "", "aria-label": `${say.clip}: ${one.title}` }));
    }
    row(table, one.at, verdict, title, proof);
  }
  put(pane, table, make("p", "faint", `${say.judged_by}: ${judged_by.join("; ")}`));
}

export async function caller(view, say, pane, region) {
  const answer = await fetch(`/api/v1/calls/${view.id}/caller`);
  if (!answer.ok) return;
  const found = await answer.json();
  if (region && found.region) region.textContent = found.region;
  const facts = make("p");
  if (!found.calls) { put(pane, make("p", "faint", say.unknown_caller)); return; }
  put(facts, `${say.calls_within.replace("{days}", found.days)}: ${found.calls}`, found.region && ` · ${found.region}`);
  put(pane, facts);
  if (!found.contacts.length) { put(pane, make("p", "faint", say.no_earlier)); return; }
  const table = grid(say.earlier, [say.when, say.queue, say.agent, say.outcome]);
  for (const one of found.contacts) {
    const line = make("tr");
    const when = make("td"), text = one.at.slice(0, 16).replace("T", " ");
    put(when, one.call ? make("a", "", text, { href: `/calls/${one.call}` }) : text);
    put(table.tBodies[0], put(line, when, make("td", "", one.queue), make("td", "", one.agent), make("td", "", one.outcome_name)));
  }
  put(pane, table);
}

function grid(label, heads) {
  const table = make("table", "rows", null, { "aria-label": label });
  const head = make("tr");
  for (const one of heads) put(head, make("th", "", one, { scope: "col" }));
  return put(table, put(make("thead"), head), make("tbody"));
}

function row(table, at, ...cells) {
  const time = make("td", "num");
  if (at !== null) put(time, make("button", "tr-at", clock(at), { type: "button", "data-seek": at }));
  put(table.tBodies[0], put(make("tr"), time, ...cells));
}
