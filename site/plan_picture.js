"use strict";
// One model's plan as a picture: cards for what each source does, for the engine and for the target, and ribbons whose width tells how many rows flow.
const Picture = (() => {
  const e = Markup.escape;
  const colourOf = (connection) => Graph.colourOf({ connection });
  const system = (connection) => Project.data.connections[connection] ?? "";

  const transfersOf = (model, role) => (model.run?.same_plan ? model.run.transfers : []).filter((t) => t.role === role);
  // What a run moved for an extract, or handed on to it of a read for several models; second looks at a table add up.
  const movedBy = (model, extract) => {
    const own = transfersOf(model, "extract").filter((t) => t.input === extract.input && !t.shared_by);
    const shared = transfersOf(model, "shared").filter((t) => t.input === extract.input);
    return own.length || shared.length ? { ...sum([...own, ...shared]), reader: shared[0]?.read_by } : null;
  };
  // The read for several models that fed this extract, in the result of the model that began it.
  const readFor = (model, extract) => {
    const had = transfersOf(model, "shared").find((t) => t.input === extract.input);
    const began = had && Project.data.models.find((m) => m.id === had.read_by);
    return (began ? began.run?.transfers ?? [] : []).find((t) => t.role === "extract" && t.shared_by?.includes(model.id) && t.connection === had.connection && t.name === had.name) ?? null;
  };
  const nameOf = (id) => Project.data.models.find((m) => m.id === id)?.name ?? id.split(".").pop();
  const models = (count) => `${count} ${count === 1 ? "model" : "models"}`;
  const readersOf = (shared) => new Set(shared.readers.map((r) => r.split(" (")[0]));
  const sum = (list) => list.reduce((all, t) => ({
    rows: all.rows + t.rows, bytes: all.bytes + t.bytes, seconds: Math.max(all.seconds, t.seconds), retries: all.retries + t.retries,
    partitions: all.partitions + t.partitions, avoided: all.avoided + (t.rows_avoided ?? 0), filtered: t.filtered_by ?? all.filtered, path: t.path,
  }), { rows: 0, bytes: 0, seconds: 0, retries: 0, partitions: 0, avoided: 0, filtered: "", path: "" });
  const expected = (extract) => extract.expected_rows;

  const card = (kind, connection, title, under, body, style = connection ? `--own:${colourOf(connection)}` : "") =>
    `<div class="card ${kind}" style="${style}"><div class="cap"><b>${e(connection || title)}</b>` +
    `<span>${e(connection ? system(connection) : under)}</span></div><div class="what">${connection ? `<div class="name">${e(title)}</div>` : ""}${body}</div></div>`;
  const line = (label, text, extra = "") => `<div class="line ${extra}"><span>${e(label)}</span><span>${text}</span></div>`;

  const movedLines = (moved) =>
    line("moved", `<b>${Numbers.rows(moved.rows)}</b> rows, ${Numbers.bytes(moved.bytes)}`, "done") +
    line("took", `${Numbers.seconds(moved.seconds)}${moved.seconds > 0.001 ? `, ${Numbers.bytes(moved.bytes / moved.seconds)}/s` : ""}` +
      `${moved.retries ? `, <b class="warn">${moved.retries} repeated</b>` : ""}`, "done");

  const extractCard = (model, extract) => {
    const moved = movedBy(model, extract), rows = expected(extract), whole = extract.rows_without_join_filters;
    let body = line("expects", rows == null ? "not known before reading" : `about <b>${Numbers.rows(rows)}</b> rows${whole != null ? ` of ${Numbers.rows(whole)}` : ""}`);
    if (extract.read) {
      const many = extract.read.partitions > 1 ? `${extract.read.partitions} partitions, ${extract.read.parallel} at a time` : "in one piece";
      body += line("reads", e(`${many}${extract.read.method ? `, ${extract.read.method}` : ""}`));
    }
    for (const all of extract.join_filters)
      for (const filter of all) body += line("keys", `<code>${e(filter.column)}</code> of ${filter.keys_of.map((k) => `<code>${e(k)}</code>`).join(" and ")}`, "keys");
    const shared = extract.read?.shared;
    if (shared && !moved?.reader)
      body += line("shared", `one read of ${shared.estimated_rows == null ? "" : `about <b>${Numbers.rows(shared.estimated_rows)}</b> `}rows for ${models(readersOf(shared).size)}` +
        (shared.rows_apart == null ? "" : `, ${Numbers.rows(shared.rows_apart)} apart`), "shared");
    if (moved?.reader) {
      const one = readFor(model, extract);
      body += line("had", `<b>${Numbers.rows(moved.rows)}</b> rows of a read ${moved.reader === model.id ? "that it began" : `that ${e(nameOf(moved.reader))} began`}`, "done shared");
      if (one) body += line("one read", `<b>${Numbers.rows(one.rows)}</b> rows, ${Numbers.bytes(one.bytes)} for ${models(one.shared_by.length)}, ${Numbers.rows(one.rows_saved)} rows saved`, "done shared");
    } else if (moved) {
      body += movedLines(moved);
      if (moved.avoided) body += line("avoided", `about <b>${Numbers.rows(moved.avoided)}</b> rows by ${e(moved.filtered)}`, "done");
    }
    const here = extract.not_pushed.length;
    if (here) body += line("stays", `${here} ${here === 1 ? "predicate is" : "predicates are"} left to the engine`, "warn");
    const share = moved ? moved.rows : rows, of = whole ?? rows;
    if (share != null && of) body += `<div class="share" title="${Numbers.exact(share)} of ${Numbers.exact(of)} rows"><i style="width:${Math.max(1, Math.min(100, (100 * share) / of))}%"></i></div>`;
    return card(shared || moved?.reader ? "extract shared" : "extract", extract.connection, extract.sources.join(", "), "", body);
  };

  const engineCard = (model) => {
    const plan = model.plan;
    const left = plan.extracts.reduce((n, x) => n + x.not_pushed.length, 0);
    let body = line("joins", `${plan.extracts.length} ${plan.extracts.length === 1 ? "input" : "inputs"}, streamed`);
    if (left) body += line("filters", `what ${left} ${left === 1 ? "predicate" : "predicates"} could not do at the source`);
    return card("engine", "", "engine", plan.transform.compute, body, `--inputs:${Math.min(14, plan.extracts.length)}`);
  };

  const targetCard = (model) => {
    const { load, way } = model.plan;
    const name = [load.relation.schema, load.relation.name].filter(Boolean).join(".");
    const loads = transfersOf(model, "load");
    let body = line(way === "pushdown" ? "runs" : "loads", e(`${load.materialization || "table"}${way === "pushdown" ? ", all in the target" : ""}`));
    if (loads.length) body += movedLines(sum(loads)) + line("path", e(sum(loads).path), "done");
    return card("target", load.connection, name, "", body);
  };

  const html = (model) => {
    const plan = model.plan;
    const first = plan.extracts.map((x) => extractCard(model, x)).join("");
    const columns = [first && `<div class="column">${first}</div>`, plan.transform && `<div class="column">${engineCard(model)}</div>`, `<div class="column">${targetCard(model)}</div>`];
    return `<div class="picture ${e(plan.way)}" data-picture="${e(model.id)}"><svg aria-hidden="true"></svg>${columns.filter(Boolean).join("")}</div>`;
  };

  const width = (rows) => (rows == null ? 4 : Math.min(26, 2 + 3.4 * Math.log10(Math.max(1, rows))));

  // Draws the ribbons between the cards where they stand now.
  const ribbons = (picture, model) => {
    const svg = picture.querySelector("svg"), frame = picture.getBoundingClientRect();
    const at = (card) => {
      const r = card.getBoundingClientRect();
      return { left: r.left - frame.left, right: r.right - frame.left, top: r.top - frame.top, bottom: r.bottom - frame.top, x: (r.left + r.right) / 2 - frame.left, y: (r.top + r.bottom) / 2 - frame.top };
    };
    const extracts = [...picture.querySelectorAll(".card.extract")].map(at), plan = model.plan;
    const engine = picture.querySelector(".card.engine"), target = at(picture.querySelector(".card.target"));
    const paths = [], labels = [];
    const flow = (from, to, rows, colour, spread, done, shared = false) => {
      const below = to.left < from.right;  // the cards stand under each other on a narrow screen
      const [x1, y1, x2, y2] = below ? [from.x, from.bottom, to.x + spread, to.top] : [from.right, from.y, to.left, to.y + spread];
      const mid = below ? (y1 + y2) / 2 : (x1 + x2) / 2;
      paths.push(`<path d="M${x1} ${y1}C${below ? `${x1} ${mid} ${x2} ${mid}` : `${mid} ${y1} ${mid} ${y2}`} ${x2} ${y2}" stroke="${colour}" stroke-width="${width(rows)}"${shared ? ' class="shared"' : ""}></path>`);
      if (rows == null) return;
      const text = `${done ? "" : "≈ "}${Numbers.rows(rows)}`, w = 16 + 7 * text.length, lx = (x1 + x2) / 2, ly = (y1 + y2) / 2;
      labels.push(`<g transform="translate(${lx} ${ly})"><rect x="${-w / 2}" y="-11" width="${w}" height="22" rx="11"></rect><text text-anchor="middle" y="4">${text}</text></g>`);
    };
    const loads = transfersOf(model, "load");
    const hub = engine ? at(engine) : target;
    extracts.forEach((from, i) => {
      const extract = plan.extracts[i], moved = movedBy(model, extract);
      const room = Math.min(16, (hub.bottom - hub.top - 24) / Math.max(1, extracts.length - 1));
      flow(from, hub, moved ? moved.rows : expected(extract), colourOf(extract.connection), (i - (extracts.length - 1) / 2) * room, Boolean(moved), Boolean(moved?.reader ?? extract.read?.shared));
    });
    if (engine) flow(hub, target, loads.length ? sum(loads).rows : null, "var(--engine)", 0, true);
    svg.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    svg.innerHTML = paths.join("") + labels.join("");
  };

  return { html, ribbons, movedBy, expected, transfersOf, sum, readersOf, models, nameOf };
})();
