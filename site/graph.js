"use strict";
// A layered drawing of things and who reads whom: longest path gives the layer, a few sweeps of medians the order within (Sugiyama's method).
const Graph = (() => {
  const WIDTH = 200, HEIGHT = 40, GAP_X = 90, GAP_Y = 18;
  const PALETTE = ["#2563eb", "#16803c", "#b45309", "#9333ea", "#be123c", "#0e7490", "#4d7c0f", "#7c2d12", "#4338ca", "#a21caf"];
  const connections = Object.keys(Project.data.connections).sort();
  const colourOf = (thing) => (thing.connection ? PALETTE[Math.max(0, connections.indexOf(thing.connection)) % PALETTE.length] : "#64748b");

  const layers = (ids) => {
    const depth = new Map();
    const order = [];
    const state = new Map();
    for (const root of ids) {  // depth first without recursion: chains may be long
      const stack = [[root, 0]];
      while (stack.length) {
        const top = stack[stack.length - 1];
        const parents = Project.parentsOf(top[0]).map((p) => p.id).filter((p) => ids.has(p));
        if (state.get(top[0]) === 2) { stack.pop(); continue; }
        state.set(top[0], 1);
        if (top[1] < parents.length) {
          const parent = parents[top[1]++];
          if (!state.has(parent)) stack.push([parent, 0]);
        } else {
          depth.set(top[0], Math.max(0, ...parents.map((p) => (depth.get(p) ?? 0) + 1)));
          state.set(top[0], 2);
          order.push(top[0]);
          stack.pop();
        }
      }
    }
    for (const id of order.reverse()) {  // sources stand close to their readers
      const kids = Project.childrenOf(id).map((c) => c.id).filter((c) => ids.has(c));
      if (kids.length && !Project.parentsOf(id).some((p) => ids.has(p.id))) depth.set(id, Math.max(0, Math.min(...kids.map((c) => depth.get(c))) - 1));
    }
    const rows = [];
    for (const id of order.reverse()) (rows[depth.get(id)] ??= []).push(id);
    return Array.from(rows, (row) => row ?? []);
  };

  const place = (ids) => {
    const rows = layers(ids);
    const at = new Map();
    const number = () => rows.forEach((row) => row.forEach((id, i) => at.set(id, i)));
    number();
    const median = (list) => (list.length ? list.sort((a, b) => a - b)[list.length >> 1] : -1);
    for (let sweep = 0; sweep < 8; ++sweep) {
      for (const row of sweep % 2 ? [...rows].reverse() : rows) {
        const ends = (id) => (sweep % 2 ? Project.childrenOf(id) : Project.parentsOf(id)).map((t) => t.id).filter((t) => ids.has(t));
        const want = new Map(row.map((id) => [id, median(ends(id).map((t) => at.get(t)))]));
        row.sort((a, b) => (want.get(a) < 0 || want.get(b) < 0 ? at.get(a) - at.get(b) : want.get(a) - want.get(b) || at.get(a) - at.get(b)));
        number();
      }
    }
    const tallest = Math.max(1, ...rows.map((row) => row.length));
    const points = new Map();
    rows.forEach((row, x) => row.forEach((id, y) =>
      points.set(id, { x: x * (WIDTH + GAP_X), y: (y + (tallest - row.length) / 2) * (HEIGHT + GAP_Y) })));
    return { points, width: rows.length * (WIDTH + GAP_X) - GAP_X, height: tallest * (HEIGHT + GAP_Y) - GAP_Y };
  };

  const short = (text, letters) => (text.length > letters ? text.slice(0, letters - 1) + "…" : text);

  const edge = (from, to, points, lit) => {
    const a = points.get(from.id), b = points.get(to.id);
    const x1 = a.x + WIDTH, y1 = a.y + HEIGHT / 2, x2 = b.x, y2 = b.y + HEIGHT / 2, bend = Math.max(30, (x2 - x1) / 2);
    const cross = Project.crosses(from, to);
    const title = cross ? `${from.name} → ${to.name}: from ${from.connection} (${Project.systemOf(from)}) to ${to.connection} (${Project.systemOf(to)})` : `${from.name} → ${to.name}`;
    return `<path d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" class="${cross ? "cross" : ""}${lit ? " lit" : ""}" ` +
      `data-from="${Markup.escape(from.id)}" data-to="${Markup.escape(to.id)}"><title>${Markup.escape(title)}</title></path>`;
  };

  const box = (thing, point, here, part) => {
    const under = thing.under ? thing.under : thing.connection ? `${thing.materialized ?? thing.type} · ${thing.connection}` : thing.type;
    return `<g role="link" tabindex="0" data-id="${Markup.escape(thing.id)}" class="${here ? "here" : ""}${part ? " part" : ""}" transform="translate(${point.x} ${point.y})">` +
      `<title>${Markup.escape(thing.id)}</title><rect class="box" width="${WIDTH}" height="${HEIGHT}" rx="7"></rect>` +
      `<rect width="6" height="${HEIGHT}" rx="3" fill="${colourOf(thing)}"></rect>` +
      `<text x="14" y="17">${Markup.escape(short(thing.label ?? thing.name, 27))}</text>` +
      `<text x="14" y="32" style="opacity:.65;font-size:10.5px">${Markup.escape(short(under, 32))}</text></g>`;
  };

  // Draws `ids` into `frame`. `lit` (ids with a way of column lineage) dims the others. Dragging moves, the wheel scales.
  const draw = (frame, ids, here, lit) => {
    const { points, width, height } = place(ids);
    const ways = [];
    for (const id of ids) {
      for (const parent of Project.parentsOf(id)) {
        if (ids.has(parent.id)) ways.push(edge(parent, Project.things.get(id), points, lit?.has(`${parent.id}>${id}`)));
      }
    }
    const boxes = [...ids].map((id) => box(Project.things.get(id), points.get(id), id === here, lit && !lit.has(id)));
    frame.innerHTML = `<svg role="img" aria-label="Lineage of ${ids.size} nodes" xmlns="http://www.w3.org/2000/svg"><g>${ways.join("")}${boxes.join("")}</g></svg>`;
    const svg = frame.firstChild;
    const size = frame.getBoundingClientRect();
    const scale = Math.min(1.1, (size.width || 800) / (width + 40), (size.height || 400) / (height + 40));
    const view = { x: -((size.width || 800) / scale - width) / 2, y: -((size.height || 400) / scale - height) / 2, scale };
    const show = () => svg.firstChild.setAttribute("transform", `scale(${view.scale}) translate(${-view.x} ${-view.y})`);
    show();
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      const rect = svg.getBoundingClientRect(), px = event.clientX - rect.left, py = event.clientY - rect.top;
      const next = Math.min(3, Math.max(0.05, view.scale * Math.exp(-event.deltaY / 500)));
      view.x += px / view.scale - px / next;
      view.y += py / view.scale - py / next;
      view.scale = next;
      show();
    }, { passive: false });
    let grip = null;
    svg.addEventListener("pointerdown", (event) => { grip = { x: event.clientX, y: event.clientY, moved: false }; });
    svg.addEventListener("pointermove", (event) => {
      if (!grip || !event.buttons) return;
      view.x -= (event.clientX - grip.x) / view.scale;
      view.y -= (event.clientY - grip.y) / view.scale;
      grip = { x: event.clientX, y: event.clientY, moved: true };
      show();
    });
    const open = (event) => {
      const target = event.target.closest?.("g[data-id]");
      if (target && !(event.type === "click" && grip?.moved)) location.hash = Pages.address(target.dataset.id);
    };
    svg.addEventListener("click", open);
    svg.addEventListener("keydown", (event) => { if (event.key === "Enter") open(event); });
  };

  const legend = (ids) => {
    const seen = new Map();
    let travels = false;
    for (const id of ids) {
      const thing = Project.things.get(id);
      if (thing.connection) seen.set(thing.connection, thing);
      travels ||= Project.parentsOf(id).some((p) => ids.has(p.id) && Project.crosses(p, thing));
    }
    const chips = [...seen.values()].sort((a, b) => a.connection.localeCompare(b.connection)).map((t) =>
      `<span><span class="swatch" style="background:${colourOf(t)}"></span>${Markup.escape(t.connection)} <span class="dim">${Markup.escape(Project.systemOf(t))}</span></span>`);
    if (travels) chips.push('<span><span class="warn">- - -</span> rows travel from one system to another</span>');
    return `<div class="legend">${chips.join("")}</div>`;
  };

  return { draw, legend, colourOf };
})();
