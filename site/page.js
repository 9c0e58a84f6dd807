"use strict";
// Addresses, the tree, the search box.
(() => {
  const $ = (id) => document.getElementById(id);
  const { escape } = Markup;
  $("home").textContent = Project.data.project;
  document.title = `${Project.data.project} · documentation`;

  // Folders of the project, or connection → schema → relation.
  const PLURAL = { model: "Models", source: "Sources", seed: "Seeds", snapshot: "Snapshots", test: "Tests", unit_test: "Unit tests", analysis: "Analyses", exposure: "Exposures", macro: "Macros" };
  const placeOf = (t, kind) => {
    if (kind === "database") return t.relation ? [t.connection || "?", t.schema || "(no schema)"] : null;
    if (t.type === "source") return ["Sources", t.package, t.source];
    if (Project.isTest(t)) return [PLURAL[t.type], t.package];
    const folders = (t.path ?? "").split("/").slice(1, -1);
    return [PLURAL[t.type] ?? t.type, t.package, ...folders];
  };
  const build = (kind) => {
    const root = { folders: new Map(), leaves: [] };
    const all = [...Project.things.values(), ...(kind === "project" ? Project.macros.values() : [])];
    for (const t of all) {
      const path = placeOf(t, kind);
      if (!path) continue;
      let at = root;
      for (const part of path) at = at.folders.get(part) ?? at.folders.set(part, { folders: new Map(), leaves: [] }).get(part);
      at.leaves.push(t);
    }
    const html = (folder, depth) => [...folder.folders].sort((a, b) => (depth ? a[0].localeCompare(b[0]) : 0)).map(([name, inner]) =>
      `<details${depth === 0 && !/^(Tests|Macros|Analyses)/.test(name) ? " open" : depth > 0 && folder.folders.size === 1 ? " open" : ""}><summary>${escape(name)}</summary><div>${html(inner, depth + 1)}</div></details>`).join("") +
      folder.leaves.sort((a, b) => a.name.localeCompare(b.name)).map((t) => `<a href="${Pages.address(t.id)}" data-id="${escape(t.id)}">${escape(t.label && kind === "project" && t.type !== "source" ? t.label : t.name)}</a>`).join("");
    $("tree").innerHTML = html(root, 0) || '<p class="dim">Nothing here.</p>';
    mark();
  };
  let current = "";
  const mark = () => {
    for (const a of $("tree").querySelectorAll("a[aria-current]")) a.removeAttribute("aria-current");
    const here = current && $("tree").querySelector(`a[data-id="${CSS.escape(current)}"]`);
    if (!here) return;
    here.setAttribute("aria-current", "page");
    for (let up = here.parentElement; up !== $("tree"); up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    here.scrollIntoView({ block: "nearest" });
  };
  for (const tab of $("tabs").querySelectorAll("button")) tab.addEventListener("click", () => {
    for (const other of $("tabs").querySelectorAll("button")) other.setAttribute("aria-selected", String(other === tab));
    build(tab.dataset.tree);
  });

  const route = () => {
    const match = location.hash.match(/^#!\/([a-z_]+)(?:\/([^?]+))?(?:\?column=(.*))?$/);
    const [, kind, name, column] = match ?? [null, "overview"];
    const id = name ? decodeURIComponent(name) : "";
    current = id;
    if (kind === "overview") Pages.overview();
    else if (kind === "lineage") Pages.lineage();
    else if (Project.things.has(id)) Pages.thing(id, column === undefined ? undefined : decodeURIComponent(column));
    else if (Project.macros.has(id)) Pages.macro(id);
    else Pages.missing(id || kind);
    if (column === undefined) $("page").scrollTop = 0;
    mark();
  };

  // Search: as one types; arrows choose, Enter opens, Escape closes.
  const hits = $("hits"), box = $("search");
  let chosen = 0, found = [];
  const light = (text, words) => words.reduce((out, w) => out.replace(new RegExp(`(${w.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})(?![^<]*>)`, "gi"), "<mark>$1</mark>"), escape(text));
  const show = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean).map(escape);
    found = Project.search(box.value);
    chosen = Math.min(chosen, Math.max(0, found.length - 1));
    hits.hidden = !words.length;
    box.setAttribute("aria-expanded", String(!hits.hidden));
    hits.innerHTML = found.map((hit, i) => `<li role="option" data-i="${i}" aria-selected="${i === chosen}"><span class="kind">${escape(hit.thing.type ?? "macro")}</span> ${light(hit.thing.label ?? hit.thing.name, words)}` +
      `<small>${escape(hit.where)}: ${light(hit.snippet, words)}</small></li>`).join("") || '<li class="dim">Nothing found.</li>';
    hits.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  };
  const open = (i) => {
    if (!found[i]) return;
    location.hash = Pages.address(found[i].thing.id);
    box.value = "";
    show();
    $("page").focus();
  };
  let waiting = 0;
  box.addEventListener("input", () => { chosen = 0; clearTimeout(waiting); waiting = setTimeout(show, Project.things.size > 2000 ? 120 : 0); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      chosen = Math.max(0, Math.min(found.length - 1, chosen + (event.key === "ArrowDown" ? 1 : -1)));
      show();
      event.preventDefault();
    } else if (event.key === "Enter") {
      clearTimeout(waiting);
      show();
      open(chosen);
    } else if (event.key === "Escape") {
      box.value = "";
      show();
    }
  });
  hits.addEventListener("mousedown", (event) => { const li = event.target.closest("[data-i]"); if (li) open(Number(li.dataset.i)); });
  box.addEventListener("blur", () => { hits.hidden = true; });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) { box.focus(); event.preventDefault(); }
  });
  $("menu").addEventListener("click", () => document.body.classList.toggle("narrow"));
  if (innerWidth < 800) document.body.classList.add("narrow");

  addEventListener("hashchange", route);
  build("project");
  route();
})();
