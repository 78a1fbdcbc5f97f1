// What is said beside the drawing: the chosen object, what differs between two moments, and the same as tables.
export const text = (tag, content, className) => {
  const made = document.createElement(tag);
  made.textContent = content;
  if (className) made.className = className;
  return made;
};

const SVG = "http://www.w3.org/2000/svg";

export class Panel {
  // choose(id): somebody wants to see an object; apart(ids): show these one by one.
  constructor({ context, differences, nodes, edges }, model, { choose, apart }) {
    Object.assign(this, { context, differences, nodes, edges, model, choose, apart });
    this.words = model.data.words;
  }

  button(id, rev) {
    const made = text("button", this.model.title(this.model.told(id, rev)));
    made.type = "button";
    made.addEventListener("click", () => this.choose(id));
    return made;
  }

  listed(title, ids, rev, level = "h3") {
    if (!ids.length) return [];
    const list = document.createElement("ul");
    ids.forEach(([id, what]) => {
      const item = document.createElement("li");
      item.append(this.button(id, rev), what ? ` ${what}` : "");
      list.append(item);
    });
    return [text(level, title), list];
  }

  empty() { this.context.replaceChildren(text("p", this.words.select, "quiet")); }

  // A box of several alike.
  group(group, rev) {
    const [first] = this.model.states.get(group.ids[0]);
    const [kind, about] = this.model.data.kinds[first.kind];
    const open = text("button", this.words.ungroup, "second");
    open.type = "button";
    open.addEventListener("click", () => this.apart(group.ids));
    const title = `${kind} · ${this.words.grouped.replace("{count}", group.ids.length)}`;
    this.context.replaceChildren(text("h2", title), text("p", about, "quiet"), ...[this.model.sum(group.ids, rev)].filter(Boolean).map((sum) => text("p", sum, "money")), open, ...this.listed(kind, group.ids.map((id) => [id, ""]), rev));
  }

  object(id, rev) {
    const state = this.model.at(id, rev);
    const told = this.model.told(id, rev);
    const [, about] = this.model.data.kinds[told.kind];
    const parts = [text("h2", this.model.name(told)), text("p", about, "quiet")];
    parts.push(text("p", state ? this.words[state.standing] : this.words.not_known, "state"));
    if (told.amount !== null) parts.push(text("p", told.amount, "money"));
    if (told.split) parts.push(this.waterfall(told.split));
    if (told.because) parts.push(text("h3", this.words.why_so), this.reasons(told.because));
    const now = this.model.edgesAt(rev);
    const [clauses, sources] = [[], []];
    for (const edge of now.filter((e) => e.target === id)) {
      const rule = this.model.at(edge.source, rev)?.clause;
      if (rule) clauses.push([edge.source, `– ${rule.filter(Boolean).join(" · ")}`]);
      else sources.push([edge.source, `(${edge.role})`]);
    }
    if (told.clause?.[0]) parts.push(text("p", told.clause[0]));
    parts.push(...this.listed(this.words.clauses, clauses, rev), this.facts(told), ...this.onward(told));
    parts.push(...this.listed(this.words.came_from, sources, rev));
    parts.push(...this.listed(this.words.led_to, now.filter((e) => e.source === id).map((e) => [e.target, `(${e.role})`]), rev));
    this.context.replaceChildren(...parts);
  }

  facts(told) {
    const list = text("dl", "", "facts");
    const fact = (name, value) => list.append(text("dt", name), text("dd", value));
    if (told.valid) fact(this.words.valid, told.valid);
    const since = this.model.data.instants.find((one) => one.rev === told.from);
    if (since) fact(this.words.known_since, since.said);
    told.fields.forEach(([name, value]) => fact(name, value));
    const made = this.model.data.made[told.from];
    if (made && made.run_id) {
      fact(this.words.run, `${made.run_kind} ${made.run_id} · ${made.code_version} · ${made.rulebook_version}`);
      fact(this.words.revision, String(told.from));
    }
    return list;
  }

  onward(told) {
    if (!told.links.length) return [];
    const list = document.createElement("ul");
    told.links.forEach(([words, address]) => {
      const item = document.createElement("li");
      const link = text("a", words);
      link.href = address;
      item.append(link);
      list.append(item);
    });
    return [text("h3", this.words.links), list];
  }

  reasons(because) {
    const list = document.createElement("ul");
    because.forEach(([sentence]) => list.append(text("li", sentence)));
    return list;
  }

  // The bar of who pays what, as on the care events.
  waterfall(split) {
    const whole = Math.max(split.reduce((sum, part) => sum + part[3], 0), 1);
    const figure = text("figure", "", "waterfall");
    const bar = document.createElementNS(SVG, "svg");
    const set = (element, values) => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
    set(bar, { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" });
    const caption = document.createElement("figcaption");
    let x = 0;
    for (const [name, words, amount, cents] of split) {
      const width = (100 * cents) / whole;
      const part = document.createElementNS(SVG, "rect");
      set(part, { class: `part ${name}`, x, y: 0, width, height: 6 });
      bar.append(part);
      x += width;
      const said = text("span", "", name);
      said.append(text("i", "", `swatch ${name}`), ` ${words} `, text("b", amount, "money"));
      caption.append(said);
    }
    figure.append(bar, caption);
    return figure;
  }

  compared(found, late) {
    this.differences.hidden = found === null;
    if (found === null) return;
    const parts = Object.entries(found).flatMap(([kind, some]) => this.listed(`${this.words[kind]} (${some.length})`, some, late, "h2"));
    this.differences.replaceChildren(...(parts.length ? parts : [text("p", this.words.nothing_differs)]));
  }

  // The tables say the same as the drawing, at the same moment.
  tables(rev) {
    const body = this.nodes.tBodies[0];
    if (!body.rows.length) this.#rowsOfAll(body, rev);
    for (const row of body.rows) {
      const state = this.model.at(row.dataset.id, rev);
      row.className = state ? (state.standing === "in_force" ? "" : "struck") : "absent";
      if (!state) continue;
      row.querySelector("button").textContent = this.model.name(state);
      row.cells[2].textContent = state.amount ?? "";
      row.cells[3].textContent = this.words[state.standing];
      row.cells[4].textContent = state.valid;
    }
    const said = (id) => this.model.title(this.model.told(id, rev));
    this.edges.tBodies[0].replaceChildren(...this.model.edgesAt(rev).map((edge) => {
      const row = document.createElement("tr");
      row.append(text("td", said(edge.source)), text("td", edge.role), text("td", said(edge.target)));
      return row;
    }));
  }

  #rowsOfAll(body, rev) {
    const stages = new Map(this.model.data.stages.map((one) => [one.key, one.words]));
    for (const [id, all] of this.model.states) {
      const row = body.insertRow();
      row.dataset.id = id;
      const cell = document.createElement("td");
      cell.append(this.button(id, rev));
      row.append(text("td", stages.get(all[0].stage)), cell, text("td", "", "n"), text("td", ""), text("td", ""));
    }
  }

  find(sought) {
    for (const row of this.nodes.tBodies[0].rows) row.hidden = Boolean(sought) && !row.textContent.toLowerCase().includes(sought);
  }
}
