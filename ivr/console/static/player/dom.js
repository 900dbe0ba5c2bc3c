// Elements are made of text nodes only: what people said and are called is never read as HTML.
export function make(tag, classes = "", text = null, attributes = {}) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  if (text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(name, value);
  return made;
}

export function put(parent, ...children) { parent.append(...children.filter(Boolean)); return parent; }

// 1:05.3; hours only where there are any.
export function clock(at, tenths = true) {
  const all = tenths ? Math.round(Math.max(0, at) * 10) : Math.floor(Math.max(0, at)) * 10;
  const minutes = Math.floor(all / 600), rest = all % 600;
  const seconds = String(Math.floor(rest / 10)).padStart(2, "0") + (tenths ? `.${rest % 10}` : "");
  if (minutes < 60) return `${minutes}:${seconds}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${seconds}`;
}

export const GLYPHS = { pass: "✓", fail: "✗", unsure: "?", not_applicable: "–" };
