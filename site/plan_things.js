"use strict";
// What the plan's page knows: the models with their plans, what they read, and what the last run moved; in the shape that the drawing of graphs asks for.
const Project = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const things = new Map(data.things.map((t) => [t.id, t]));
  const children = new Map();
  for (const thing of data.things) {
    thing.parents = (thing.parents ?? []).filter((p) => things.has(p));
    for (const parent of thing.parents) (children.get(parent) ?? children.set(parent, []).get(parent)).push(thing.id);
  }
  const childrenOf = (id) => (children.get(id) ?? []).map((c) => things.get(c));
  const parentsOf = (id) => (things.get(id)?.parents ?? []).map((p) => things.get(p));
  const crosses = (a, b) => a.connection && b.connection && a.connection !== b.connection;
  const systemOf = (thing) => data.connections[thing.connection] ?? "";
  return { data, things, childrenOf, parentsOf, crosses, systemOf };
})();

// The address of a thing on this page.
const Pages = { address: (id) => `#${encodeURIComponent(id)}` };

const Numbers = (() => {
  const scaled = (value, base, units, digits) => {
    let unit = 0;
    while (Math.abs(value) >= base && unit + 1 < units.length) { value /= base; ++unit; }
    return `${unit === 0 ? Math.round(value) : value.toFixed(digits)}${units[unit]}`;
  };
  const rows = (n) => scaled(n, 1000, ["", " k", " M", " G", " T"], 1);
  const bytes = (n) => scaled(n, 1000, [" B", " kB", " MB", " GB", " TB"], 1);
  const seconds = (s) => (s < 1 ? `${Math.max(1, Math.round(s * 1000))} ms` : s < 60 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} m ${String(Math.round(s % 60)).padStart(2, "0")} s`);
  const exact = (n) => n.toLocaleString("en-US").replace(/,/g, "\u202f");
  return { rows, bytes, seconds, exact };
})();
