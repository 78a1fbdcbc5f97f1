// The drawing: laid out once over all times, so that nothing moves when time does.
import { icon } from "./graph-icons.js";

const STAGE_COLOURS = { told: "secu", understood: "others", rules: "pending", decided: "ours", booked: "pocket", settled: "accent" };
const COLUMN = 206;
const ROW = 72;
const LONGEST = 44;

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const shortened = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

export class Picture {
  constructor(container, heads, model) {
    this.model = model;
    this.heads = heads;
    const style = getComputedStyle(document.documentElement);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.labels = new Map();
    this.cy = window.cytoscape({
      container,
      elements: this.#elements(),
      layout: { name: "preset" },
      minZoom: 0.1,
      maxZoom: 2,
      style: this.#style(),
    });
    this.groupOf = new Map();
    // Drawn with the colours of the page: again when these change, and to the size that there is.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.cy.style(this.#style()));
    addEventListener("resize", () => { this.cy.resize(); this.#fit(); });
  }

  label(state) {
    if (!this.labels.has(state)) {
      const lines = [this.model.data.kinds[state.kind][0], shortened(state.label)];
      if (state.amount !== null) lines.push(state.amount);
      this.labels.set(state, lines.join("\n"));
    }
    return this.labels.get(state);
  }

  #elements() {
    const { states, edges } = this.model;
    const nodes = [...states].map(([id, all]) => ({ data: { id, label: this.label(all.at(-1)), stage: all[0].stage, kind: all[0].kind }, classes: "off" }));
    const links = [...edges].map(([id, [edge]]) => ({ data: { id, source: edge.source, target: edge.target } }));
    return [...nodes, ...links];
  }

  #style() {
    const colour = this.colour;
    const icons = new Map();
    const drawn = (node) => {
      const key = node.data("kind");
      if (!icons.has(key)) icons.set(key, icon(key, colour(STAGE_COLOURS[node.data("stage")])));
      return icons.get(key);
    };
    return [
      { selector: "node", style: {
        shape: "round-rectangle", width: 164, height: 60, label: "data(label)", "text-wrap": "wrap", "text-max-width": 150,
        "text-valign": "center", "font-size": 11, "line-height": 1.2, color: colour("ink"), "background-color": colour("sheet"),
        "background-image": drawn, "background-width": 13, "background-height": 13, "background-position-x": 7, "background-position-y": 7,
        "border-width": 1.5, "border-color": colour("line-strong"), "transition-property": "opacity", "transition-duration": still ? 0 : 150 } },
      ...Object.entries(STAGE_COLOURS).map(([stage, name]) => ({ selector: `node[stage="${stage}"]`, style: { "border-color": colour(name) } })),
      { selector: "edge", style: { width: 1.2, "line-color": colour("line-strong"), "target-arrow-color": colour("line-strong"), "target-arrow-shape": "triangle", "curve-style": "bezier", "arrow-scale": 0.7 } },
      { selector: ".group", style: { "border-style": "double", "border-width": 4 } },
      { selector: ".off", style: { display: "none" } },
      { selector: ".later", style: { opacity: 0.08, events: "no" } },
      { selector: ".gone", style: { opacity: 0.25 } },
      { selector: "node.struck", style: { "border-style": "dashed", color: colour("faint"), "background-color": colour("raised") } },
      { selector: "node.more", style: { "border-width": 3 } },
      { selector: "node.chosen", style: { "background-color": colour("accent-soft"), "border-width": 3 } },
      { selector: "node.unfound", style: { opacity: 0.15 } },
      { selector: "node.added", style: { "border-color": colour("ours"), "border-width": 4 } },
      { selector: "node.removed", style: { "border-color": colour("refused"), "border-width": 4, "border-style": "dashed", opacity: 0.7 } },
      { selector: "node.changed", style: { "border-color": colour("pocket"), "border-width": 4 } },
    ];
  }

  // shown: ids; groups: as the model finds them; words: what a group is called.
  show(shown, groups, words) {
    const { cy, model } = this;
    this.groupOf = new Map(groups.flatMap((group) => group.ids.map((id) => [id, group])));
    cy.batch(() => {
      cy.remove(".group");
      cy.nodes().forEach((node) => {
        const visible = shown.has(node.id()) && !this.groupOf.has(node.id());
        node.toggleClass("off", !visible);
        node.toggleClass("more", visible && model.hasMore(node.id(), shown));
      });
      for (const group of groups) this.#addGroup(group, words);
    });
    this.#arrange();
  }

  #addGroup(group, words) {
    const [first] = this.model.states.get(group.ids[0]);
    const label = `${this.model.data.kinds[first.kind][0]}\n${words.replace("{count}", group.ids.length)}`;
    this.cy.add({ data: { id: group.id, label, stage: first.stage, kind: first.kind }, classes: "group" });
    for (const near of group.near) {
      const there = this.groupOf.get(near)?.id || near;
      if (this.cy.getElementById(there).empty()) continue;
      const id = [group.id, there].sort().join("→→");
      if (this.cy.getElementById(id).empty()) this.cy.add({ data: { id, source: group.id, target: there }, classes: "group" });
    }
  }

  // dagre orders the rows, the stage gives the column.
  #arrange() {
    const { cy, model } = this;
    const visible = cy.elements(":visible");
    visible.layout({ name: "dagre", rankDir: "LR", nodeSep: 14, rankSep: 60, fit: false, animate: false }).run();
    const columns = model.data.stages.map(({ key }) => visible.nodes(`[stage="${key}"]`).sort((a, b) => a.position("y") - b.position("y")));
    const tallest = Math.max(...columns.map((column) => column.length), 1);
    let x = 0;
    cy.batch(() => columns.forEach((column) => {
      if (!column.length) return;
      column.forEach((node, row) => node.position({ x, y: (row + (tallest - column.length) / 2) * ROW }));
      x += COLUMN;
    }));
    this.#fit();
    this.heads.replaceChildren(...model.data.stages.filter((_, i) => columns[i].length).map(({ words }) => {
      const head = document.createElement("span");
      head.textContent = words;
      return head;
    }));
  }

  #fit() {
    const visible = this.cy.elements(":visible");
    this.cy.fit(visible, 24);
    if (this.cy.zoom() > 1.15) { this.cy.zoom(1.15); this.cy.center(visible); }
  }

  paint(rev) {
    const { cy, model } = this;
    cy.batch(() => {
      cy.nodes().not(".group").forEach((node) => {
        const state = model.at(node.id(), rev);
        this.#present(node, model.states.get(node.id()), rev);
        node.toggleClass("struck", Boolean(state) && state.standing !== "in_force");
        if (state) node.data("label", this.label(state));
      });
      cy.edges().not(".group").forEach((edge) => this.#present(edge, model.edges.get(edge.id()), rev));
    });
  }

  #present(element, states, rev) {
    const presence = this.model.presence(states, rev);
    element.toggleClass("later", presence === "later");
    element.toggleClass("gone", presence === "gone");
  }

  mark(differences) {
    this.cy.batch(() => {
      this.cy.nodes().removeClass("added removed changed");
      for (const [kind, some] of Object.entries(differences || {})) some.forEach(([id]) => this.cy.getElementById(id).addClass(kind));
    });
  }

  choose(id) {
    this.cy.nodes().removeClass("chosen");
    this.cy.getElementById(id).addClass("chosen");
  }

  find(sought) {
    this.cy.batch(() => this.cy.nodes().forEach((node) => {
      node.toggleClass("unfound", Boolean(sought) && !`${node.data("label")} ${node.id()}`.toLowerCase().includes(sought));
    }));
  }

  png() { return this.cy.png({ output: "blob-promise", full: true, scale: 2, bg: this.colour("sheet") }); }

  svg() {
    const escape = (value) => value.replace(/[<>&"]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[sign]);
    const faint = (element) => (element.hasClass("gone") ? ' opacity=".25"' : "");
    const box = this.cy.elements(":visible").boundingBox();
    const out = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.x1 - 10} ${box.y1 - 10} ${box.w + 20} ${box.h + 20}" font-family="sans-serif" font-size="11">`];
    this.cy.edges(":visible").not(".later").forEach((edge) => {
      const [a, b] = [edge.sourceEndpoint(), edge.targetEndpoint()];
      out.push(`<line x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}" stroke="#8b8b94"${faint(edge)}/>`);
    });
    this.cy.nodes(":visible").not(".later").forEach((node) => {
      const { x, y } = node.position();
      const dashed = node.hasClass("struck") ? ' stroke-dasharray="4 3"' : "";
      out.push(`<g${faint(node)}><rect x="${x - 82}" y="${y - 30}" width="164" height="60" rx="5" fill="#fff" stroke="#52525b"${dashed}/>`);
      node.data("label").split("\n").forEach((line, i, all) => out.push(`<text x="${x}" y="${y + 4 + (i - (all.length - 1) / 2) * 14}" text-anchor="middle">${escape(line)}</text>`));
      out.push("</g>");
    });
    return new Blob([...out, "</svg>"], { type: "image/svg+xml" });
  }
}
