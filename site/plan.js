"use strict";
// The page: what the whole selection does, then each model with its picture, its SQL, and what stays where and why.
(() => {
  const e = Markup.escape, data = Project.data;
  const planned = data.models.filter((m) => m.plan);
  const WAYS = { pushdown: "runs in its target", direct: "one source, streamed", federated: "several sources, joined here" };
  const ran = planned.filter((m) => m.run?.same_plan);

  const expectedRows = (model) => {
    const rows = model.plan.extracts.map(Picture.expected);
    return rows.length && rows.every((r) => r != null) ? rows.reduce((a, b) => a + b, 0) : null;
  };
  // What all models read of the sources: a read for several of them once.
  const expectedInAll = () => {
    const shared = new Map();
    let rows = 0;
    for (const extract of planned.flatMap((m) => m.plan.extracts)) {
      const one = extract.read?.shared;
      if (one) shared.set(`${extract.connection} ${one.sql}`, one);
      else rows += Picture.expected(extract) ?? 0;
    }
    let saved = 0;
    for (const one of shared.values()) {
      rows += one.estimated_rows ?? 0;
      if (one.estimated_rows != null && one.rows_apart != null) saved += Math.max(0, one.rows_apart - one.estimated_rows);
    }
    return { rows, saved, reads: shared.size };
  };
  const movedRows = (model) => (model.run?.same_plan ? Picture.sum(Picture.transfersOf(model, "extract")) : null);
  const fedRows = (model) => Picture.transfersOf(model, "shared").reduce((n, t) => n + t.rows, 0);
  const keptAway = (model) => model.plan.extracts.reduce((n, x) => n + (x.rows_without_join_filters != null ? Math.max(0, x.rows_without_join_filters - x.estimated_rows) : 0), 0);

  const way = (model) => (model.plan ? `<span class="chip way ${e(model.plan.way)}" title="${WAYS[model.plan.way]}">${e(model.plan.way)}</span>` : '<span class="chip way failed">no plan</span>');
  const status = (model) => {
    if (!model.run) return "";
    const good = model.run.status === "success";
    return `<span class="chip ${good ? "good" : "bad"}">${e(model.run.status)} · ${Numbers.seconds(model.run.seconds)}</span>` +
      (model.run.same_plan || !model.plan ? "" : '<span class="chip warn" title="The last run of this model followed another plan, so its numbers are not shown">ran with another plan</span>');
  };

  const fact = (label, value, note = "") => `<div class="fact"><b>${value}</b><span>${e(label)}</span>${note ? `<small>${note}</small>` : ""}</div>`;
  const summary = () => {
    const count = (name) => planned.filter((m) => m.plan.way === name).length;
    const expected = expectedInAll(), moved = ran.map(movedRows);
    const facts = [fact(data.models.length === 1 ? "model" : "models", data.models.length, Object.keys(WAYS).filter(count).map((w) => `${count(w)} ${w}`).join(", "))];
    const known = planned.filter((m) => m.plan.extracts.length);
    if (known.length) {
      const unknown = known.filter((m) => expectedRows(m) == null).length;
      facts.push(fact("rows expected to move", `≈ ${Numbers.rows(expected.rows)}`, unknown ? `and what ${unknown} ${unknown === 1 ? "model reads" : "models read"} without an estimate` : ""));
      const saved = planned.reduce((n, m) => n + keptAway(m), 0);
      if (saved) facts.push(fact("rows that join filters should keep away", `≈ ${Numbers.rows(saved)}`));
      if (expected.reads) facts.push(fact("rows that shared reads should save", `≈ ${Numbers.rows(expected.saved)}`, `${expected.reads} ${expected.reads === 1 ? "read" : "reads"} for several models`));
    }
    if (ran.length) {
      const all = moved.reduce((s, m) => ({ rows: s.rows + m.rows, bytes: s.bytes + m.bytes, avoided: s.avoided + m.avoided, retries: s.retries + m.retries }), { rows: 0, bytes: 0, avoided: 0, retries: 0 });
      facts.push(fact("rows moved", Numbers.rows(all.rows), Numbers.bytes(all.bytes)));
      const shared = ran.flatMap((m) => Picture.transfersOf(m, "extract")).filter((t) => t.shared_by);
      if (shared.length) facts.push(fact("rows saved by shared reads", Numbers.rows(shared.reduce((n, t) => n + t.rows_saved, 0)), `${shared.length} ${shared.length === 1 ? "read" : "reads"} for several models`));
      if (all.avoided) facts.push(fact("rows avoided by join filters", `≈ ${Numbers.rows(all.avoided)}`));
      facts.push(fact("run", Numbers.seconds(data.run.elapsed), `${e(data.run.generated_at.slice(0, 19).replace("T", " "))} UTC${all.retries ? `, ${all.retries} repeated reads` : ""}`));
    }
    return `<div class="facts">${facts.join("")}</div>`;
  };

  const overviewRow = (model) => {
    const expected = model.plan ? expectedRows(model) : null, moved = model.plan ? movedRows(model) : null;
    const has = model.plan?.extracts.length;
    return `<tr><td><a href="${Pages.address(model.id)}">${e(model.name)}</a></td><td>${way(model)}</td>` +
      `<td>${model.plan ? e([...new Set(model.plan.extracts.map((x) => x.connection))].join(", ") || model.plan.load.connection) : ""}${has ? ` → ${e(model.plan.load.connection)}` : ""}</td>` +
      `<td class="number">${!has ? "–" : expected == null ? "?" : `≈ ${Numbers.rows(expected)}`}</td>` +
      (ran.length ? `<td class="number">${moved && has ? Numbers.rows(moved.rows) : "–"}${moved && fedRows(model) ? ` <span class="dim" title="rows that a read for several models gave it">+ ${Numbers.rows(fedRows(model))}</span>` : ""}</td><td class="number">${moved && has ? Numbers.bytes(moved.bytes) : "–"}</td><td class="number">${model.run ? Numbers.seconds(model.run.seconds) : "–"}</td>` : "") +
      `<td class="number">${model.plan?.warnings.length || ""}</td></tr>`;
  };
  const overview = () =>
    `<section id="overview"><h1>${e(data.project)}</h1>${summary()}` +
    (data.things.length > 1 ? '<div class="graph" id="graph"></div><div id="legend"></div>' : "") +
    `<div class="wide"><table id="table"><thead><tr><th>model</th><th>way</th><th>from → to</th><th class="number">rows expected</th>` +
    (ran.length ? '<th class="number">rows moved</th><th class="number">bytes</th><th class="number">time</th>' : "") +
    `<th class="number">notes</th></tr></thead><tbody>${data.models.map(overviewRow).join("")}</tbody></table></div></section>`;

  const code = (text) => `<div class="code"><button class="copy" type="button">copy</button><pre><code>${Markup.sql(text)}</code></pre></div>`;
  const fold = (title, note, body, open = false) => `<details${open ? " open" : ""}><summary>${title}${note ? ` <span class="dim">${note}</span>` : ""}</summary>${body}</details>`;

  const extractDetails = (extract) => {
    const list = (items) => `<ul>${items.map((i) => `<li>${i}</li>`).join("")}</ul>`;
    let body = code(extract.sql);
    const shared = extract.read?.shared;
    if (shared) body += `<h4>One read for ${Picture.models(Picture.readersOf(shared).size)}</h4>${list(shared.readers.map((r) => e(r)))}${code(shared.sql)}`;
    if (extract.pushed.length) body += `<h4>Done by the source</h4>${list(extract.pushed.map(e))}`;
    if (extract.not_pushed.length) body += `<h4>Not pushed</h4>${list(extract.not_pushed.map((n) => `<code>${e(n.what)}</code> – ${e(n.reason)}`))}`;
    const notes = [extract.read?.partitioned_by && `partitions: ${extract.read.partitioned_by}`, ...(extract.read?.notes ?? [])].filter(Boolean);
    if (notes.length) body += `<h4>Reading</h4>${list(notes.map(e))}`;
    if (extract.columns.length) body += `<h4>Columns</h4><p class="columns">${extract.columns.map((c) => `<span><code>${e(c.name)}</code> ${e(c.type)}</span>`).join(" ")}</p>`;
    return fold(`extract <b>${e(extract.input)}</b>`, `${e(extract.connection)} · ${e(extract.sources.join(", "))}`, body);
  };

  const notes = (model) => {
    const found = [...model.plan.warnings, ...(model.run?.same_plan ? model.run.warnings : [])];
    const seen = new Set();
    const items = found.filter((w) => !seen.has(w.code + w.message) && seen.add(w.code + w.message));
    return items.length ? `<ul class="notes">${items.map((w) => `<li><span class="chip code">${e(w.code || "note")}</span> ${e(w.message)}</li>`).join("")}</ul>` : "";
  };

  const changes = (model) => {
    const c = model.plan.change_detection;
    if (!c) return "";
    const row = (label, text) => `<div class="line"><span>${label}</span><span>${text}</span></div>`;
    return `<div class="callout"><b>Rows are compared by their hashes</b>, key ${c.key.map((k) => `<code>${e(k)}</code>`).join(", ")}` +
      row("state", e(c.state)) + row("hashes", e(c.hashes)) + row("reads", e(c.reads)) + row("deletes", e(c.deletes)) + (c.hash_sql ? code(c.hash_sql) : "") + "</div>";
  };

  const watermarks = (model) => {
    const bounds = model.plan.watermarks ?? [];
    if (!bounds.length) return "";
    const moved = new Map((model.run?.watermarks ?? []).map((w) => [w.input, w]));
    const row = (b) => {
      const said = b.upto == null ? (b.above == null ? "no value yet" : `nothing is above ${e(b.above)}`) : `${b.above == null ? "" : `above ${e(b.above)}, `}up to ${e(b.upto)}${b.first_read ? ", first read" : ""}`;
      const run = moved.get(b.input);
      return `<div class="line"><span>${e(b.input)}</span><span><code>${e(b.column)}</code> ${said}${run?.stored ? `; the last run went from ${e(run.old ?? "nothing")} to ${e(run.new ?? "nothing")}` : ""}</span></div>`;
    };
    return `<div class="callout marks"><b>Read by watermarks</b>${bounds.map(row).join("")}</div>`;
  };

  const section = (model) => {
    const head = `<h2>${e(model.name)} ${way(model)} ${status(model)}</h2><p class="dim">${e(model.path)}</p>`;
    if (!model.plan) return `<section id="${e(model.id)}">${head}<pre class="failed">${e(model.error)}</pre></section>`;
    const plan = model.plan;
    const failed = model.run && model.run.status !== "success" && model.run.message ? `<pre class="failed">${e(model.run.message)}</pre>` : "";
    return `<section id="${e(model.id)}">${head}${failed}${Picture.html(model)}${watermarks(model)}${changes(model)}${notes(model)}<div class="folds">` +
      plan.extracts.map(extractDetails).join("") + (plan.transform ? fold("transform", `${e(plan.transform.compute)}, over the extracts`, code(plan.transform.sql)) : "") +
      fold(plan.way === "pushdown" ? "query" : "the model's query", e(`in the dialect of ${plan.load.connection}`), code(plan.sql)) + "</div></section>";
  };

  document.title = `${data.project} · plan`;
  document.getElementById("home").textContent = data.project;
  document.getElementById("about").textContent = `plan of ${data.generated_at.slice(0, 19).replace("T", " ")} UTC, target ${data.target}` + (data.run && ran.length ? ", with the numbers of the last run" : "");
  document.getElementById("models").innerHTML = `<a href="#overview">All models</a>` + data.models.map((m) => `<a href="${Pages.address(m.id)}"><i class="dot ${e(m.plan?.way ?? "failed")}"></i>${e(m.name)}</a>`).join("");
  document.getElementById("page").innerHTML = overview() + data.models.map(section).join("");
  const graph = document.getElementById("graph");
  if (graph) {
    const ids = new Set(data.things.map((t) => t.id));
    Graph.draw(graph, ids, null);
    document.getElementById("legend").innerHTML = Graph.legend(ids);
  }
  const drawAll = () => {
    for (const picture of document.querySelectorAll("[data-picture]")) Picture.ribbons(picture, data.models.find((m) => m.id === picture.dataset.picture));
  };
  drawAll();
  new ResizeObserver(drawAll).observe(document.getElementById("page"));
  document.addEventListener("click", (event) => {
    if (!event.target.matches(".copy")) return;
    navigator.clipboard?.writeText(event.target.nextElementSibling.textContent).then(() => {
      event.target.textContent = "copied";
      setTimeout(() => { event.target.textContent = "copy"; }, 1200);
    }, () => {});
  });
  const show = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    document.getElementById(id)?.scrollIntoView();
    for (const link of document.querySelectorAll("#models a")) link.toggleAttribute("aria-current", decodeURIComponent(link.hash.slice(1)) === id);
  };
  addEventListener("hashchange", show);
  show();
})();
