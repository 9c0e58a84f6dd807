"use strict";
// Text to HTML: escaping, the Markdown of descriptions, the colours of SQL. Nothing of a description becomes a tag but what is written here.
const Markup = (() => {
  const escape = (text) => String(text ?? "").replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" }[c]));

  const inline = (text) => {
    const codes = [];
    let out = escape(text).replace(/(`+)(.+?)\1/g, (_, ticks, code) => `\u0001${codes.push(code.trim()) - 1}\u0001`);
    out = out
      .replace(/!\[([^\]]*)\]\((\S+?)\)/g, "$1")
      .replace(/\[([^\]]+)\]\(((?:https?:|mailto:|#)[^\s)]+)\)/g, '<a href="$2" rel="noopener">$1</a>')
      .replace(/\*\*(?=\S)(.+?)\*\*|__(?=\S)(.+?)__/g, (_, a, b) => `<strong>${a ?? b}</strong>`)
      .replace(/(^|[^\w*])\*(?=\S)([^*]+?)\*(?!\w)/g, "$1<em>$2</em>")
      .replace(/(^|[\s(])_(?=\S)([^_]+?)_(?!\w)/g, "$1<em>$2</em>")
      .replace(/~~(.+?)~~/g, "<s>$1</s>");
    return out.replace(/\u0001(\d+)\u0001/g, (_, i) => `<code>${codes[i]}</code>`);
  };

  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((c) => inline(c.trim()));

  // One block after the other; lists nest by their indentation.
  const markdown = (text) => {
    const lines = String(text ?? "").replace(/\r\n?/g, "\n").split("\n");
    const out = [];
    let i = 0;
    const list = (indent) => {
      const ordered = /^\s*\d+[.)]/.test(lines[i]);
      let html = ordered ? "<ol>" : "<ul>";
      while (i < lines.length) {
        const item = lines[i].match(/^(\s*)(?:[-*+]|\d+[.)])\s+(.*)$/);
        if (!item || item[1].length < indent) break;
        if (item[1].length > indent) { html = html.replace(/<\/li>$/, "") + list(item[1].length) + "</li>"; continue; }
        let body = item[2];
        for (++i; i < lines.length && lines[i].trim() && !/^\s*(?:[-*+]|\d+[.)])\s/.test(lines[i]); ++i) body += " " + lines[i].trim();
        html += `<li>${inline(body)}</li>`;
      }
      return html + (ordered ? "</ol>" : "</ul>");
    };
    while (i < lines.length) {
      const line = lines[i];
      const heading = line.match(/^(#{1,6})\s+(.*?)\s*#*$/);
      const fence = line.match(/^\s*(```+|~~~+)\s*(\w*)/);
      if (!line.trim()) { ++i; continue; }
      if (fence) {
        const code = [];
        for (++i; i < lines.length && !lines[i].trim().startsWith(fence[1]); ++i) code.push(lines[i]);
        ++i;
        out.push(`<pre><code>${fence[2] === "sql" ? sql(code.join("\n")) : escape(code.join("\n"))}</code></pre>`);
      } else if (heading) {
        const level = Math.min(heading[1].length + 1, 6);
        out.push(`<h${level}>${inline(heading[2])}</h${level}>`);
        ++i;
      } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
        out.push("<hr>");
        ++i;
      } else if (/^\s*(?:[-*+]|\d+[.)])\s+/.test(line)) {
        out.push(list(line.match(/^\s*/)[0].length));
      } else if (/^\s*>/.test(line)) {
        const quote = [];
        for (; i < lines.length && /^\s*>/.test(lines[i]); ++i) quote.push(lines[i].replace(/^\s*> ?/, ""));
        out.push(`<blockquote>${markdown(quote.join("\n"))}</blockquote>`);
      } else if (line.includes("|") && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[i + 1] ?? "")) {
        let html = `<table><thead><tr>${cells(line).map((c) => `<th>${c}</th>`).join("")}</tr></thead><tbody>`;
        for (i += 2; i < lines.length && lines[i].includes("|"); ++i) html += `<tr>${cells(lines[i]).map((c) => `<td>${c}</td>`).join("")}</tr>`;
        out.push(html + "</tbody></table>");
      } else {
        const words = [];
        for (; i < lines.length && lines[i].trim() && !/^\s*(#{1,6}\s|```|~~~|>|[-*+]\s|\d+[.)]\s)/.test(lines[i]); ++i) words.push(lines[i].trim());
        if (!words.length) words.push(lines[i++].trim());
        out.push(`<p>${inline(words.join("\n"))}</p>`);
      }
    }
    return out.join("\n");
  };

  const KEYWORDS = new Set(("all and any as asc between by case cast create cross current delete desc distinct drop else end except exists false fetch " +
    "filter first following from full group having if ilike in inner insert intersect interval into is join last lateral left like limit materialized merge " +
    "natural not null nulls offset on or order outer over partition preceding qualify range recursive returning right row rows select set similar table then " +
    "true unbounded union unnest update using values view when where window with within").split(" "));
  const TOKENS = /(\{#[\s\S]*?#\}|\/\*[\s\S]*?\*\/|--[^\n]*)|(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})|('(?:[^'\\]|''|\\.)*')|("(?:[^"]|"")*"|`[^`]*`)|(\b\d+(?:\.\d+)?(?:e[+-]?\d+)?\b)|([A-Za-z_]\w*)|([\s\S])/gi;
  const sql = (text) => String(text ?? "").replace(TOKENS, (_, comment, template, string, name, number, word, other) => {
    if (comment !== undefined) return `<span class="c">${escape(comment)}</span>`;
    if (template !== undefined) return `<span class="j">${escape(template)}</span>`;
    if (string !== undefined) return `<span class="s">${escape(string)}</span>`;
    if (number !== undefined) return `<span class="n">${number}</span>`;
    if (word !== undefined) return KEYWORDS.has(word.toLowerCase()) ? `<span class="k">${word}</span>` : word;
    return escape(name ?? other);
  });

  return { escape, markdown, sql };
})();
