// The claims graph: drawn once over all times; the slider only shows, fades and strikes through.
(() => {
  "use strict";
  const element = (id) => document.getElementById(id);
  const data = JSON.parse(element("graph-data").textContent);
  const words = data.words;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const STAGE_COLOURS = { told: "secu", understood: "others", rules: "pending", decided: "ours", booked: "pocket", settled: "accent" };
  const COLUMN = 206;
  const ROW = 62;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // states of each object, by id
  const states = new Map();
  for (const node of data.nodes) states.set(node.id, [...(states.get(node.id) || []), node]);
  const known = (one, rev) => one.from <= rev && (one.to === null || rev < one.to);
  const stateAt = (id, rev) => states.get(id).find((one) => known(one, rev));
  const edgeStates = new Map();
  for (const edge of data.edges) {
    const id = `${edge.source}→${edge.target}→${edge.role}`;
    edgeStates.set(id, [...(edgeStates.get(id) || []), edge]);
  }
  const neighbours = new Map([...states.keys()].map((id) => [id, new Set()]));
  for (const edge of data.edges) {
    neighbours.get(edge.source)?.add(edge.target);
    neighbours.get(edge.target)?.add(edge.source);
  }

  const label = (node) => `${node.kindWords}\n${node.label}${node.amount === null ? "" : `\n${node.amount}`}`;

  const asked = new URLSearchParams(location.search);
  const revs = data.instants.map((one) => one.rev);
  let place = asked.has("at") ? Math.max(0, revs.indexOf(Number(asked.get("at")))) : revs.length - 1;
  let selected = asked.get("node") || "";
  let shown = new Set();
  let comparing = asked.has("with") ? Number(asked.get("with")) : null;

  const cy = window.cytoscape({
    container: element("picture"),
    elements: [
      ...[...states.entries()].map(([id, all]) => ({ data: { id, label: label(all[all.length - 1]), stage: all[0].stage } })),
      ...[...edgeStates.entries()].filter(([, [edge]]) => states.has(edge.source) && states.has(edge.target))
        .map(([id, [edge]]) => ({ data: { id, source: edge.source, target: edge.target } })),
    ],
    layout: { name: "preset" },
    minZoom: 0.15,
    maxZoom: 2,
    style: [
      { selector: "node", style: {
        shape: "round-rectangle", width: 164, height: 48, label: "data(label)", "text-wrap": "wrap", "text-max-width": 156,
        "text-valign": "center", "font-size": 11, "line-height": 1.2, color: colour("ink"), "background-color": colour("sheet"),
        "border-width": 1.5, "border-color": colour("line-strong"), "transition-property": "opacity", "transition-duration": still ? 0 : 150 } },
      ...Object.entries(STAGE_COLOURS).map(([stage, name]) => ({ selector: `node[stage="${stage}"]`, style: { "border-color": colour(name) } })),
      { selector: "edge", style: { width: 1.2, "line-color": colour("line-strong"), "target-arrow-color": colour("line-strong"), "target-arrow-shape": "triangle", "curve-style": "bezier", "arrow-scale": 0.7 } },
      { selector: ".off", style: { display: "none" } },
      { selector: ".absent", style: { opacity: 0.08, events: "no" } },
      { selector: ".gone", style: { opacity: 0.25 } },
      { selector: "node.struck", style: { "border-style": "dashed", color: colour("faint"), "background-color": colour("raised") } },
      { selector: "node.more", style: { "border-width": 3 } },
      { selector: "node:selected, node.chosen", style: { "background-color": colour("accent-soft"), "border-width": 3 } },
      { selector: "node.unfound", style: { opacity: 0.15 } },
      { selector: "node.added", style: { "border-color": colour("ours"), "border-width": 4 } },
      { selector: "node.removed", style: { "border-color": colour("refused"), "border-width": 4, "border-style": "dashed", opacity: 0.7 } },
      { selector: "node.altered", style: { "border-color": colour("pocket"), "border-width": 4 } },
    ],
  });

  // One layout over the union of all times: dagre orders the rows, the stage gives the column.
  const arrange = () => {
    const visible = cy.elements(":visible");
    visible.layout({ name: "dagre", rankDir: "LR", nodeSep: 14, rankSep: 60, fit: false, animate: false }).run();
    const columns = data.stages.map(({ key }) => visible.nodes(`[stage="${key}"]`).sort((a, b) => a.position("y") - b.position("y")));
    const used = columns.filter((column) => column.length);
    const tallest = Math.max(...used.map((column) => column.length), 1);
    let x = 0;
    columns.forEach((column) => {
      if (!column.length) return;
      column.forEach((node, row) => node.position({ x, y: (row + (tallest - column.length) / 2) * ROW }));
      x += COLUMN;
    });
    cy.fit(visible, 24);
    if (cy.zoom() > 1.15) { cy.zoom(1.15); cy.center(visible); }
    element("heads").replaceChildren(...data.stages.filter((_, i) => columns[i].length).map(({ words: text }) => {
      const head = document.createElement("span");
      head.textContent = text;
      return head;
    }));
  };

  const focusIds = () => {
    const acts = [...states.keys()].filter((id) => id.startsWith("act:"));
    const found = acts.filter((id) => data.focus.includes(id.slice(4)));
    if (found.length) return found;
    return acts.length ? acts.slice(0, 1) : [...states.keys()].slice(0, 1);
  };

  const within = (ids) => new Set([...ids, ...ids.flatMap((id) => [...(neighbours.get(id) || [])])]);

  const show = (ids) => {
    shown = ids;
    cy.batch(() => {
      cy.nodes().forEach((node) => {
        const visible = shown.has(node.id());
        node.toggleClass("off", !visible);
        node.toggleClass("more", visible && [...neighbours.get(node.id())].some((id) => !shown.has(id)));
      });
    });
    arrange();
    paint();
  };

  const expand = (id) => show(new Set([...shown, id, ...neighbours.get(id)]));

  const paint = () => {
    const rev = revs[place];
    cy.batch(() => {
      cy.nodes().forEach((node) => {
        const state = stateAt(node.id(), rev);
        const all = states.get(node.id());
        const was = all.some((one) => one.from <= rev);
        node.toggleClass("absent", !state && !was);
        node.toggleClass("gone", !state && was);
        node.toggleClass("struck", Boolean(state) && state.standing !== "in_force");
        if (state) node.data("label", label(state));
      });
      cy.edges().forEach((edge) => {
        const all = edgeStates.get(edge.id());
        const now = all.some((one) => known(one, rev));
        edge.toggleClass("absent", !now && !all.some((one) => one.from <= rev));
        edge.toggleClass("gone", !now && all.some((one) => one.from <= rev));
      });
    });
    const instant = data.instants[place];
    element("sentence").textContent = instant ? instant.sentence : "";
    element("slider").value = place;
    element("slider").setAttribute("aria-valuetext", instant ? instant.said : "");
    compare();
    rows(rev);
    context();
    remember();
  };

  const remember = () => {
    const query = new URLSearchParams(location.search);
    const set = (key, value) => (value === null || value === "" ? query.delete(key) : query.set(key, value));
    set("at", place === revs.length - 1 ? "" : revs[place]);
    set("node", selected);
    set("with", comparing);
    set("shown", shown.size === states.size ? "all" : "");
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  };

  const text = (tag, content, className) => {
    const made = document.createElement(tag);
    made.textContent = content;
    if (className) made.className = className;
    return made;
  };

  const button = (id, rev) => {
    const state = stateAt(id, rev) || states.get(id)[0];
    const made = text("button", `${state.kindWords} ${state.label}${state.amount === null ? "" : ` · ${state.amount}`}`);
    made.type = "button";
    made.addEventListener("click", () => choose(id));
    return made;
  };

  const links = (title, ids, rev) => {
    if (!ids.length) return [];
    const list = document.createElement("ul");
    ids.forEach(([id, role]) => {
      const item = document.createElement("li");
      item.append(button(id, rev), ` (${role})`);
      list.append(item);
    });
    return [text("h3", title), list];
  };

  const context = () => {
    const box = element("context");
    if (!selected || !states.has(selected)) { box.replaceChildren(text("p", words.select, "quiet")); return; }
    const rev = revs[place];
    const state = stateAt(selected, rev);
    const told = state || states.get(selected)[0];
    const parts = [text("h2", `${told.kindWords} ${told.label}`)];
    parts.push(text("p", state ? words[state.standing] : words.not_known, "quiet"));
    if (told.amount !== null) parts.push(text("p", told.amount, "money"));
    const list = document.createElement("dl");
    list.className = "facts";
    const fact = (name, value) => list.append(text("dt", name), text("dd", value));
    if (told.valid) fact(words.valid, told.valid);
    const since = data.instants.find((one) => one.rev === told.from);
    if (since) fact(words.known_since, since.said);
    told.fields.forEach(([name, value]) => fact(name, value));
    const made = data.made[told.from];
    if (made && made.run_id) fact(words.run, `${made.run_kind} ${made.run_id} · ${made.code_version} · ${made.rulebook_version}`);
    parts.push(list);
    if (told.link) { const page = text("a", words.open_page); page.href = told.link; parts.push(page); }
    const now = data.edges.filter((edge) => known(edge, rev));
    parts.push(...links(words.came_from, now.filter((e) => e.target === selected).map((e) => [e.source, e.role]), rev));
    parts.push(...links(words.led_to, now.filter((e) => e.source === selected).map((e) => [e.target, e.role]), rev));
    box.replaceChildren(...parts);
  };

  const choose = (id) => {
    selected = id;
    if (!shown.has(id)) expand(id);
    cy.nodes().removeClass("chosen");
    cy.getElementById(id).addClass("chosen");
    context();
    remember();
  };

  const compare = () => {
    const box = element("differences");
    cy.nodes().removeClass("added removed altered");
    box.hidden = comparing === null;
    if (comparing === null) return;
    const [early, late] = [Math.min(comparing, revs[place]), Math.max(comparing, revs[place])];
    const found = { added: [], removed: [], changed: [] };
    for (const id of states.keys()) {
      const before = stateAt(id, early);
      const after = stateAt(id, late);
      if (!before && after) found.added.push([id, ""]);
      else if (before && !after) found.removed.push([id, ""]);
      else if (before && after && before !== after) {
        const old = new Map(before.fields);
        const differ = after.fields.filter(([name, value]) => old.get(name) !== value).map(([name, value]) => `${name} ${old.get(name) ?? "–"} → ${value}`);
        if (before.amount !== after.amount) differ.unshift(`${before.amount ?? "–"} → ${after.amount ?? "–"}`);
        if (before.standing !== after.standing) differ.push(`${words[before.standing]} → ${words[after.standing]}`);
        found.changed.push([id, differ.join(" · ")]);
      }
    }
    const mark = { added: "added", removed: "removed", changed: "altered" };
    const parts = [];
    for (const [kind, some] of Object.entries(found)) {
      some.forEach(([id]) => cy.getElementById(id).addClass(mark[kind]));
      if (!some.length) continue;
      const list = document.createElement("ul");
      some.forEach(([id, what]) => { const item = document.createElement("li"); item.append(button(id, late), what ? ` ${what}` : ""); list.append(item); });
      parts.push(text("h3", `${words[kind]} (${some.length})`), list);
    }
    box.replaceChildren(...(parts.length ? parts : [text("p", words.nothing_differs)]));
  };

  const rows = (rev) => {
    const body = element("nodes").tBodies[0];
    if (!body.rows.length) {
      for (const [id, all] of states) {
        const row = body.insertRow();
        row.dataset.id = id;
        row.append(text("td", data.stages.find((one) => one.key === all[0].stage).words), text("td", all[0].kindWords));
        const cell = document.createElement("td");
        cell.append(button(id, rev));
        row.append(cell, text("td", "", "n"), text("td", ""));
      }
    }
    for (const row of body.rows) {
      const state = stateAt(row.dataset.id, rev);
      row.className = state ? (state.standing === "in_force" ? "" : "struck") : "absent";
      if (!state) continue;
      row.cells[3].textContent = state.amount ?? "";
      row.cells[4].textContent = words[state.standing];
    }
    const now = data.edges.filter((edge) => known(edge, rev));
    element("edges").tBodies[0].replaceChildren(...now.map((edge) => {
      const row = document.createElement("tr");
      row.append(text("td", edge.source), text("td", edge.role), text("td", edge.target));
      return row;
    }));
  };

  const go = (to) => { place = Math.max(0, Math.min(revs.length - 1, to)); paint(); };

  let playing = null;
  const play = () => {
    const pressed = element("play");
    if (playing) { clearInterval(playing); playing = null; pressed.setAttribute("aria-pressed", "false"); return; }
    if (place === revs.length - 1) go(0);
    pressed.setAttribute("aria-pressed", "true");
    playing = setInterval(() => { if (place >= revs.length - 1) play(); else go(place + 1); }, 900);
  };

  const saved = (name, blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const svg = () => {
    const escape = (value) => value.replace(/[<>&"]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[sign]);
    const box = cy.elements(":visible").boundingBox();
    const out = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.x1 - 10} ${box.y1 - 10} ${box.w + 20} ${box.h + 20}" font-family="sans-serif" font-size="11">`];
    cy.edges(":visible").not(".absent").forEach((edge) => { const [a, b] = [edge.sourceEndpoint(), edge.targetEndpoint()]; out.push(`<line x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}" stroke="#8b8b94"${edge.hasClass("gone") ? ' opacity=".25"' : ""}/>`); });
    cy.nodes(":visible").not(".absent").forEach((node) => {
      const { x, y } = node.position();
      out.push(`<g${node.hasClass("gone") ? ' opacity=".25"' : ""}><rect x="${x - 82}" y="${y - 24}" width="164" height="48" rx="5" fill="#fff" stroke="#52525b"${node.hasClass("struck") ? ' stroke-dasharray="4 3"' : ""}/>`);
      node.data("label").split("\n").forEach((line, i, all) => out.push(`<text x="${x}" y="${y + 4 + (i - (all.length - 1) / 2) * 14}" text-anchor="middle">${escape(line)}</text>`));
      out.push("</g>");
    });
    saved("graph.svg", new Blob([...out, "</svg>"], { type: "image/svg+xml" }));
  };

  element("slider").max = Math.max(revs.length - 1, 0);
  element("slider").addEventListener("input", (event) => go(Number(event.target.value)));
  element("before").addEventListener("click", () => go(place - 1));
  element("after").addEventListener("click", () => go(place + 1));
  element("play").addEventListener("click", play);
  element("one-hop").addEventListener("click", () => show(within(focusIds())));
  element("all").addEventListener("click", () => show(new Set(states.keys())));
  element("svg").addEventListener("click", svg);
  element("png").addEventListener("click", async () => saved("graph.png", await cy.png({ output: "blob-promise", full: true, scale: 2, bg: colour("sheet") })));
  element("within").addEventListener("input", (event) => {
    const sought = event.target.value.trim().toLowerCase();
    cy.batch(() => cy.nodes().forEach((node) => node.toggleClass("unfound", Boolean(sought) && !`${node.data("label")} ${node.id()}`.toLowerCase().includes(sought))));
    for (const row of element("nodes").tBodies[0].rows) row.hidden = Boolean(sought) && !row.textContent.toLowerCase().includes(sought);
  });
  const options = data.instants.map((one) => { const option = text("option", one.said); option.value = one.rev; return option; });
  element("compare").append(...options);
  element("compare").value = comparing ?? "";
  element("compare").addEventListener("change", (event) => { comparing = event.target.value === "" ? null : Number(event.target.value); paint(); });
  cy.on("tap", "node", (event) => { const id = event.target.id(); choose(id); if ([...neighbours.get(id)].some((one) => !shown.has(one))) expand(id); });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey) return;
    if (event.key === "[") go(place - 1);
    if (event.key === "]") go(place + 1);
  });

  if (revs.length) {
    const everything = asked.get("shown") === "all" || states.size <= 12;
    show(everything ? new Set(states.keys()) : within(focusIds()));
    if (selected && states.has(selected)) choose(selected);
  }
  element("picture").dataset.drawn = "yes";
  window.avenantGraph = { cy, go };
})();
