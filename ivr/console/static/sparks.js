// Small drawings beside figures: a line of the last hour, bars of a day. Each says in words what it shows.
const NS = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...children) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function frame([width, height], told, ...inner) {
  const title = svg("title", {});
  title.textContent = told;
  return svg("svg", { class: "spark", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": told }, title, ...inner);
}

// Points of [x, y] in the given ranges; `step` holds each value until the next, `mark` draws a line at a height.
export function line(points, [x0, x1], [y0, y1], size, told, { step = false, mark = null } = {}) {
  const [width, height] = size;
  const x = (value) => (1 + ((value - x0) / (x1 - x0)) * (width - 2)).toFixed(1);
  const y = (value) => (height - 2 - ((value - y0) / (y1 - y0)) * (height - 4)).toFixed(1);
  const inner = [];
  if (mark !== null) inner.push(svg("line", { class: "spark-mark", x1: 0, x2: width, y1: y(mark), y2: y(mark) }));
  let path = "", before = null;
  for (const [at, value] of points) {
    const apart = before === null || at - before[0] > 180; // nobody told for a while: a gap, no line
    path += apart ? `M${x(at)} ${y(value)}` : step ? `H${x(at)}V${y(value)}` : `L${x(at)} ${y(value)}`;
    before = [at, value];
  }
  if (path) inner.push(svg("path", { class: "spark-line", d: path }));
  return frame(size, told, ...inner);
}

export function bars(values, size, told) {
  const [width, height] = size, most = Math.max(1, ...values), each = width / Math.max(1, values.length);
  return frame(size, told, ...values.map((value, at) => {
    const tall = value ? Math.max(1, (value / most) * (height - 2)) : 0;
    return svg("rect", { class: "spark-bar", x: (at * each + 0.5).toFixed(1), width: Math.max(1, each - 1).toFixed(1), y: (height - tall).toFixed(1), height: tall.toFixed(1) });
  }));
}
