// What live pages share: elements made of text alone, a server's clock, a stream of events, requests and what comes of them.
export const $ = (selector, root = document) => root.querySelector(selector);

// An element; children are elements or text, never HTML.
export function h(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

// Changes a text only where it is another, so that nothing is painted or read out for nothing.
export function put(element, text, title) {
  if (element.textContent !== text) element.textContent = text;
  if (title !== undefined && element.title !== title) element.title = title;
}

export function replace(element, ...children) { element.replaceChildren(...children.filter(Boolean)); }

// The page's own data: NiceGUI's elements are there a moment after the scripts.
export function setup(id) {
  return new Promise((resolve) => {
    const look = () => {
      const root = document.getElementById(id);
      if (root && root.dataset.setup) resolve([root, JSON.parse(root.dataset.setup)]);
      else requestAnimationFrame(look);
    };
    look();
  });
}

// The server's clock: what it says of the time, and ours since then.
export const clock = {
  ahead: 0,
  hear(iso) { if (iso) this.ahead = Date.parse(iso) - Date.now(); },
  now() { return Date.now() + this.ahead; },
};

export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
}

// Every second all elements that say since when something is so.
export function tick(root, also = () => {}) {
  const once = () => {
    for (const one of root.querySelectorAll("[data-since]")) {
      const since = Date.parse(one.dataset.since);
      put(one, since ? span((clock.now() - since) / 1000) : "");
      const late = Number(one.dataset.late || 0);
      one.classList.toggle("bad", late > 0 && clock.now() - since > late * 1000);
    }
    also();
  };
  once();
  setInterval(once, 1000);
  return once;
}

// Follows a stream of events; the browser comes again by itself when it breaks off.
export function stream(path, handlers, down) {
  const source = new EventSource(path);
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => {
      const message = JSON.parse(event.data);
      clock.hear(message.at);
      handle(message);
    });
  }
  source.addEventListener("open", () => down(""));
  source.addEventListener("error", () => down(source.readyState === EventSource.CLOSED ? "refused" : "lost"));
  source.addEventListener("end", () => { source.close(); location.reload(); });
  addEventListener("pagehide", () => source.close());
  return source;
}

// What a service of ours answers; what it refuses is raised, with how to mend it.
export async function ask(path, method = "GET", body = null) {
  const answer = method === "GET" ? await fetch(path) : await window.ivr.send(path, method, body);
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error([found.error || answer.statusText, found.cure].filter(Boolean).join(" · "));
  return found;
}

// A button whose act is asked of the server; the result or the refusal is told in `tell`.
export function act(text, does, tell, attributes = {}) {
  const made = h("button", { type: "button", class: "button", ...attributes }, text);
  made.addEventListener("click", async () => {
    made.disabled = true;
    try { tell(await does(), true); } catch (error) { tell(error.message, false); } finally { made.disabled = false; }
  });
  return made;
}

// Puts names and figures into a text: fill("{n} of {m}", {n: 1, m: 2}).
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
