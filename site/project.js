"use strict";
// The project as the page knows it: things by their id, who reads whom, column lineage both ways, and search.
const Project = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const things = new Map(data.things.map((t) => [t.id, t]));
  const macros = new Map((data.macros ?? []).map((m) => [m.id, m]));
  const children = new Map();
  const readers = new Map();  // "id\u0000column" → [[id, column]]
  const key = (id, column) => `${id}\u0000${column.toLowerCase()}`;

  for (const thing of data.things) {
    thing.parents = (thing.parents ?? []).filter((p) => things.has(p));
    for (const parent of thing.parents) (children.get(parent) ?? children.set(parent, []).get(parent)).push(thing.id);
    for (const column of thing.columns ?? []) {
      for (const [id, from] of column.from ?? []) (readers.get(key(id, from)) ?? readers.set(key(id, from), []).get(key(id, from))).push([thing.id, column.name]);
    }
  }

  const isTest = (thing) => thing.type === "test" || thing.type === "unit_test";
  const childrenOf = (id) => (children.get(id) ?? []).map((c) => things.get(c));
  const parentsOf = (id) => (things.get(id)?.parents ?? []).map((p) => things.get(p));
  const columnOf = (id, name) => (things.get(id)?.columns ?? []).find((c) => c.name.toLowerCase() === name.toLowerCase());

  // Everything upstream (or downstream) of a column: [[id, column, depth]] in order of distance.
  const columnWays = (id, column, upstream) => {
    const seen = new Set([key(id, column)]);
    const found = [];
    let layer = [[id, column]];
    for (let depth = 1; layer.length; ++depth) {
      const next = [];
      for (const [at, name] of layer) {
        const ends = upstream ? columnOf(at, name)?.from ?? [] : readers.get(key(at, name)) ?? [];
        for (const [to, other] of ends) {
          if (seen.has(key(to, other))) continue;
          seen.add(key(to, other));
          found.push([to, other, depth, at]);
          next.push([to, other]);
        }
      }
      layer = next;
    }
    return found;
  };

  // Ids within `steps` of the given ones, upstream and downstream; tests only if asked for.
  const around = (ids, up, down, tests = false) => {
    const found = new Set(ids);
    const step = (next, steps) => {
      const seen = new Set(ids);
      let layer = [...ids];
      for (let i = 0; i < steps && layer.length; ++i) {
        const coming = [];
        for (const id of layer) {
          for (const other of next(id)) {
            if (seen.has(other.id) || (isTest(other) && !tests)) continue;
            seen.add(other.id);
            found.add(other.id);
            coming.push(other.id);
          }
        }
        layer = coming;
      }
    };
    step(parentsOf, up);
    step(childrenOf, down);
    return found;
  };

  // Two things on different systems: the rows travel.
  const crosses = (a, b) => a.connection && b.connection && a.connection !== b.connection;
  const systemOf = (thing) => data.connections[thing.connection] ?? "";

  const texts = (thing) => [
    [thing.name, 12, "name"],
    ...(thing.columns ?? []).map((c) => [c.name, 6, "column"]),
    ...(thing.tags ?? []).map((t) => [t, 6, "tag"]),
    [thing.relation ?? "", 4, "relation"],
    [thing.description ?? "", 3, "description"],
    ...(thing.columns ?? []).map((c) => [c.description ?? "", 2, `description of ${c.name}`]),
    [thing.path ?? "", 2, "path"],
    [thing.raw ?? thing.text ?? "", 1, "code"],
  ];
  const score = (thing, words) => {
    let sum = 0, where = "", snippet = "", best = 0;
    for (const word of words) {
      let top = 0;
      for (const [text, weight, kind] of texts(thing)) {
        const at = text.toLowerCase().indexOf(word);
        if (at < 0) continue;
        const points = weight * (text.length === word.length ? 4 : at === 0 ? 2 : 1);
        if (points > top) top = points;
        if (points > best) [best, where, snippet] = [points, kind, text.slice(Math.max(0, at - 30), at + 90).replace(/\s+/g, " ")];
      }
      if (top === 0) return null;
      sum += top;
    }
    if (isTest(thing)) sum /= 4;
    return { thing, points: sum, where, snippet };
  };
  const search = (text, most = 40) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const hits = [];
    for (const thing of [...things.values(), ...macros.values()]) {
      const hit = score(thing, words);
      if (hit) hits.push(hit);
    }
    return hits.sort((a, b) => b.points - a.points || a.thing.name.localeCompare(b.thing.name)).slice(0, most);
  };

  return { data, things, macros, childrenOf, parentsOf, columnOf, columnWays, around, crosses, systemOf, isTest, search };
})();
