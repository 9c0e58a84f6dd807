"use strict";
// The pages: overview, one thing, one macro, the lineage of everything. Each fills <main>.
const Pages = (() => {
  const { escape, markdown, sql } = Markup;
  const main = document.getElementById("page");
  const address = (id) => `#!/${id.split(".")[0]}/${encodeURIComponent(id)}`;
  const link = (id) => {
    const thing = Project.things.get(id) ?? Project.macros.get(id);
    return thing ? `<a href="${address(id)}">${escape(thing.label ?? thing.name)}</a>` : escape(id);
  };
  const system = (thing) => (thing.connection
    ? `<span class="chip system" style="background:${Graph.colourOf(thing)}">${escape(thing.connection)} · ${escape(Project.systemOf(thing))}</span>` : "");
  const fact = (name, value) => (value === undefined || value === null || value === "" ? "" : `<div><dt>${name}</dt><dd>${value}</dd></div>`);
  const count = (n, one, many = one + "s") => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let i = 0;
    for (; bytes >= 1000 && i + 1 < units.length; ++i) bytes /= 1000;
    return `${bytes.toLocaleString("en", { maximumFractionDigits: 1 })} ${units[i]}`;
  };

  const testsOf = (id, column) => Project.childrenOf(id).filter((t) => Project.isTest(t) && t.attached === id &&
    (column === undefined ? !t.column : (t.column ?? "").toLowerCase() === column.toLowerCase()));
  const testChips = (tests) => tests.map((t) => `<a class="chip" href="${address(t.id)}">${escape(t.short ?? t.name)}</a>`).join(" ");

  const code = (thing) => {
    const tabs = [["Source", thing.raw ?? thing.text], ["Compiled", thing.compiled]].filter(([, text]) => text);
    if (!tabs.length) return "";
    return `<h2>Code</h2><div class="bar" role="tablist">${tabs.map(([name], i) =>
      `<button role="tab" data-code="${i}" aria-selected="${i === 0}">${name}</button>`).join("")}<button data-copy>Copy</button></div>` +
      tabs.map(([, text], i) => `<pre data-pane="${i}"${i ? " hidden" : ""}><code>${sql(text)}</code></pre>`).join("");
  };
  const wireCode = () => {
    for (const tab of main.querySelectorAll("[data-code]")) tab.addEventListener("click", () => {
      for (const other of main.querySelectorAll("[data-code]")) other.setAttribute("aria-selected", String(other === tab));
      for (const pane of main.querySelectorAll("[data-pane]")) pane.hidden = pane.dataset.pane !== tab.dataset.code;
    });
    main.querySelector("[data-copy]")?.addEventListener("click", (event) => {
      navigator.clipboard?.writeText(main.querySelector("[data-pane]:not([hidden])").textContent);
      event.target.textContent = "Copied";
    });
  };

  const columns = (thing, chosen) => {
    if (!thing.columns?.length) return "";
    const rows = thing.columns.map((c) => {
      const from = (c.from ?? []).map(([id, name]) => `<li>${link(id)}.<a href="${address(id)}?column=${encodeURIComponent(name)}">${escape(name)}</a></li>`).join("");
      const tests = testChips(testsOf(thing.id, c.name));
      const tags = (c.tags ?? []).map((t) => `<span class="chip">#${escape(t)}</span>`).join("");
      const here = chosen !== undefined && c.name.toLowerCase() === chosen.toLowerCase();
      return `<tr class="${here ? "chosen" : ""}"><td class="name"><button class="column" data-column="${escape(c.name)}" title="Show the lineage of this column">` +
        `${escape(c.name)}</button></td><td class="dim">${escape(c.type ?? "")}</td><td>${markdown(c.description)}${tags}${tests}</td><td><ul class="origins">${from}</ul></td></tr>`;
    });
    return `<h2>Columns</h2><table id="columns"><thead><tr><th>Name</th><th>Type</th><th>Description</th><th>Comes from</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
  };

  const columnLineage = (thing, column) => {
    const up = Project.columnWays(thing.id, column, true), down = Project.columnWays(thing.id, column, false);
    const list = (ways) => ways.map(([id, name, depth]) =>
      `<li style="padding-left:${(depth - 1) * 18}px">${link(id)}.<a href="${address(id)}?column=${encodeURIComponent(name)}">${escape(name)}</a></li>`).join("");
    const none = '<li class="dim">nothing that is known</li>';
    return `<div id="columnlineage"><h2>Lineage of ${escape(column)}</h2><div class="bar dim">made of</div><ul class="origins">${list(up) || none}</ul>` +
      `<div class="bar dim">goes into</div><ul class="origins">${list(down) || none}</ul></div>`;
  };

  // The edges of the way from one thing to another: straight, or through ephemeral models, whose SQL stands in their readers'.
  const light = (lit, from, to, seen = new Set()) => {
    let found = false;
    for (const parent of Project.parentsOf(to)) {
      if (parent.id !== from && (parent.materialized !== "ephemeral" || seen.has(parent.id))) continue;
      seen.add(parent.id);
      if (parent.id !== from && !light(lit, from, parent.id, seen)) continue;
      lit.add(parent.id).add(`${parent.id}>${to}`);
      found = true;
    }
    return found;
  };

  // The drawing around one thing, with the ways of a column lit.
  const drawAround = (thing, up, down, column) => {
    const frame = main.querySelector(".graph");
    let lit, ids = Project.around([thing.id], up, down);
    if (column !== undefined) {
      const ways = [...Project.columnWays(thing.id, column, true), ...Project.columnWays(thing.id, column, false)];
      lit = new Set([thing.id, ...ways.map(([id]) => id)]);
      for (const [id, , , at] of Project.columnWays(thing.id, column, true)) light(lit, id, at);
      for (const [id, , , at] of Project.columnWays(thing.id, column, false)) light(lit, at, id);
      ids = new Set([...ids, ...[...lit].filter((id) => Project.things.has(id))]);
    }
    Graph.draw(frame, ids, thing.id, lit);
    main.querySelector("[data-legend]").innerHTML = Graph.legend(ids);
  };

  const people = (owner) => (owner ? escape([owner.name, owner.email].filter(Boolean).join(", ")) : "");
  const list = (title, items) => (items.length ? `<h2>${title}</h2><ul>${items.map((t) => `<li>${link(t.id)} <span class="kind">${escape(t.type)}</span>` +
    `${t.travels ? ` <span class="warn">from ${escape(t.connection)}</span>` : ""}</li>`).join("")}</ul>` : "");

  const thing = (id, wanted) => {
    const t = Project.things.get(id);
    const column = wanted !== undefined && Project.columnOf(id, wanted) ? wanted : undefined;
    const tests = testsOf(id);
    const facts = [fact("Relation", t.relation && `<code>${escape(t.relation)}</code>`), fact("Materialized", escape(t.materialized ?? "")),
      fact("Way", t.way && escape({ pushdown: "pushdown: runs in its database", direct: "direct: read in one system, written to another", federated: "federated: joined in the engine" }[t.way] ?? t.way)),
      fact("Package", escape(t.package ?? "")), fact("File", escape(t.path ?? "")), fact("Tags", (t.tags ?? []).map((x) => `<span class="chip">#${escape(x)}</span>`).join("")),
      fact("Access", escape(t.access ?? "")), fact("Group", escape(t.group ?? "")), fact("Version", escape(t.version ?? "")), fact("Contract", t.contract ? "enforced" : ""),
      fact("Owner", people(t.owner)), fact("Rows", t.rows === undefined ? "" : `about ${t.rows.toLocaleString("en")}`), fact("Size", t.bytes === undefined ? "" : size(t.bytes)),
      fact("Loader", escape(t.loader ?? "")), fact("Maturity", escape(t.maturity ?? "")), fact("URL", /^https?:/.test(t.url ?? "") ? `<a href="${escape(t.url)}" rel="noopener">${escape(t.url)}</a>` : escape(t.url ?? "")),
      ...Object.entries(t.meta ?? {}).map(([k, v]) => fact(escape(k), escape(typeof v === "string" ? v : JSON.stringify(v))))].join("");
    const parents = Project.parentsOf(id).map((p) => ({ ...p, travels: Project.crosses(p, t) }));
    const readers = Project.childrenOf(id).filter((c) => !Project.isTest(c));
    main.innerHTML = `<div class="kind">${escape(t.type)}</div><h1>${escape(t.label ?? t.name)}</h1><div>${system(t)}${testChips(tests)}</div>` +
      `<div id="description">${markdown(t.description) || (Project.isTest(t) ? "" : '<p class="dim">Not described.</p>')}</div><dl class="facts">${facts}</dl>` +
      `${columns(t, column)}${column !== undefined ? columnLineage(t, column) : ""}` +
      `<h2>Lineage</h2><div class="bar"><label>Upstream <input id="up" type="number" min="0" max="50" value="2" style="width:64px"></label>` +
      `<label>Downstream <input id="down" type="number" min="0" max="50" value="2" style="width:64px"></label></div><div data-legend></div><div class="graph"></div>` +
      `${list("Reads", parents)}${list("Read by", readers)}${code(t)}`;
    wireCode();
    const up = main.querySelector("#up"), down = main.querySelector("#down");
    const draw = () => drawAround(t, Number(up.value), Number(down.value), column);
    up.addEventListener("change", draw);
    down.addEventListener("change", draw);
    draw();
    for (const button of main.querySelectorAll("[data-column]")) button.addEventListener("click", () => {
      location.hash = `${address(id)}?column=${encodeURIComponent(button.dataset.column)}`;
    });
    if (column !== undefined) main.querySelector("#columnlineage").scrollIntoView({ block: "nearest" });
  };

  const macro = (id) => {
    const m = Project.macros.get(id);
    const args = (m.arguments ?? []).map((a) => `<tr><td class="name">${escape(a.name)}</td><td class="dim">${escape(a.type ?? "")}</td><td>${markdown(a.description)}</td></tr>`).join("");
    main.innerHTML = `<div class="kind">macro</div><h1>${escape(m.name)}</h1><div>${markdown(m.description) || '<p class="dim">Not described.</p>'}</div>` +
      `<dl class="facts">${fact("Package", escape(m.package))}${fact("File", escape(m.path))}</dl>` +
      (args ? `<h2>Arguments</h2><table><tbody>${args}</tbody></table>` : "") + code(m);
    wireCode();
  };

  const overview = () => {
    const kinds = new Map();
    for (const t of Project.things.values()) kinds.set(t.type, (kinds.get(t.type) ?? 0) + 1);
    const ways = new Map();
    let travels = 0;
    for (const t of Project.things.values()) {
      if (t.way) ways.set(t.way, (ways.get(t.way) ?? 0) + 1);
      if (!Project.isTest(t)) travels += Project.parentsOf(t.id).filter((p) => Project.crosses(p, t)).length;
    }
    const rows = Object.entries(Project.data.connections).map(([name, type]) => {
      const here = [...Project.things.values()].filter((t) => t.connection === name && !Project.isTest(t));
      const of = (type) => here.filter((t) => t.type === type).length;
      return here.length ? `<tr><td>${system({ connection: name })}</td><td>${escape(type)}</td><td>${of("source")}</td><td>${of("model") + of("snapshot")}</td><td>${of("seed")}</td></tr>` : "";
    });
    const counted = [...kinds].sort().map(([k, n]) => count(n, k.replace("_", " "), k === "analysis" ? "analyses" : undefined)).join(", ");
    const waysText = [...ways].sort().map(([w, n]) => `${n} ${w}`).join(", ");
    main.innerHTML = `<h1>${escape(Project.data.project)}</h1><p class="dim">${counted}${waysText ? `; models: ${waysText}` : ""}${travels ? `; ${count(travels, "edge")} between systems` : ""}. Made ${escape(Project.data.generated_at)} by dvt ${escape(Project.data.version)}.</p>` +
      `<div id="description">${markdown(Project.data.overview)}</div><h2>Databases</h2><table><thead><tr><th>Connection</th><th>System</th><th>Sources</th><th>Models</th><th>Seeds</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
  };

  const MOST = 600;  // more boxes than that are unreadable
  const lineage = () => {
    const names = Object.keys(Project.data.connections).sort();
    main.innerHTML = `<h1>Lineage</h1><div class="bar"><label>Around <input id="around" placeholder="name, empty: everything" list="names"></label>` +
      `<label>Upstream <input id="up" type="number" min="0" max="99" value="3" style="width:64px"></label><label>Downstream <input id="down" type="number" min="0" max="99" value="3" style="width:64px"></label>` +
      `<label>Database <select id="connection"><option value="">all</option>${names.map((n) => `<option>${escape(n)}</option>`).join("")}</select></label>` +
      `<label><input id="tests" type="checkbox"> tests</label></div><datalist id="names">${[...Project.things.values()].filter((t) => !Project.isTest(t)).slice(0, 3000).map((t) => `<option value="${escape(t.label ?? t.name)}">`).join("")}</datalist>` +
      `<div data-legend></div><p id="told" class="dim"></p><div class="graph whole"></div>`;
    const $ = (id) => main.querySelector(`#${id}`);
    const draw = () => {
      const all = [...Project.things.values()].filter((t) => $("tests").checked || !Project.isTest(t));
      const name = $("around").value.trim().toLowerCase();
      const start = !name ? [] : all.filter((t) => [t.name, t.label ?? "", t.id].some((x) => x.toLowerCase() === name)).map((t) => t.id);
      let ids = name ? Project.around(start, Number($("up").value), Number($("down").value), $("tests").checked) : new Set(all.map((t) => t.id));
      const only = $("connection").value;
      if (only) ids = new Set([...ids].filter((id) => Project.things.get(id).connection === only || Project.childrenOf(id).some((c) => c.connection === only && ids.has(c.id))));
      $("told").textContent = name && !start.length ? `Nothing is called ${name}.` : ids.size > MOST ? `${ids.size.toLocaleString("en")} nodes are too many to draw (${MOST} at most): name one of them, or choose a database.` : "";
      if (ids.size > MOST) ids = new Set();
      Graph.draw(main.querySelector(".graph"), ids, start[0]);
      main.querySelector("[data-legend]").innerHTML = Graph.legend(ids);
    };
    for (const id of ["around", "up", "down", "connection", "tests"]) $(id).addEventListener("change", draw);
    draw();
  };

  const missing = (id) => { main.innerHTML = `<h1>Not here</h1><p>This project has nothing called <code>${escape(id)}</code>.</p>`; };
  return { address, thing, macro, overview, lineage, missing };
})();
