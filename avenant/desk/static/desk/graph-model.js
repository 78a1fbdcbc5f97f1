// The graph through known time: which objects and links were known at a revision, what hangs together, what is alike.
export const ALIKE = 5;

const known = (one, rev) => one.from <= rev && (one.to === null || rev < one.to);

export class Model {
  constructor(data) {
    this.data = data;
    this.revs = data.instants.map((one) => one.rev);
    this.states = new Map();
    for (const node of data.nodes) this.#append(this.states, node.id, node);
    this.edges = new Map();
    this.neighbours = new Map([...this.states.keys()].map((id) => [id, new Set()]));
    for (const edge of data.edges) {
      if (!this.states.has(edge.source) || !this.states.has(edge.target)) continue;
      this.#append(this.edges, `${edge.source}→${edge.target}→${edge.role}`, edge);
      this.neighbours.get(edge.source).add(edge.target);
      this.neighbours.get(edge.target).add(edge.source);
    }
  }

  #append(map, key, value) {
    if (map.has(key)) map.get(key).push(value);
    else map.set(key, [value]);
  }

  // The state of an object at a revision; undefined while it is not known.
  at(id, rev) { return this.states.get(id).find((one) => known(one, rev)); }

  // The state at a revision, else the first one.
  told(id, rev) { return this.at(id, rev) || this.states.get(id)[0]; }

  // "now", "later" (not known yet) or "gone".
  presence(states, rev) {
    if (states.some((one) => known(one, rev))) return "now";
    return states.some((one) => one.from <= rev) ? "gone" : "later";
  }

  edgesAt(rev) { return this.data.edges.filter((edge) => known(edge, rev)); }

  // What an object is called: "Decision 2", "Act G, 15 August 2023".
  name(state) { return `${this.data.kinds[state.kind][0]} ${state.label}`; }

  title(state) { return `${this.name(state)}${state.amount === null ? "" : ` · ${state.amount}`}`; }

  // The sum of what objects carry at a revision; "" where none carries anything, or in several currencies.
  sum(ids, rev) {
    const cents = ids.map((id) => this.at(id, rev)?.cents ?? null).filter((amount) => amount !== null);
    if (!cents.length || !this.data.currency) return "";
    const whole = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: this.data.currency });
    return whole.format(cents.reduce((a, b) => a + b, 0) / 100).replace("-", "−");
  }

  // What the page is about; where that was never an object, as a line that only waited, the first act or object.
  focus() {
    const ids = [...this.states.keys()];
    const meant = this.data.focus.filter((id) => this.states.has(id));
    return meant.length ? meant : [ids.find((id) => id.startsWith("act:")) ?? ids[0]];
  }

  around(ids) { return new Set([...ids, ...ids.flatMap((id) => [...(this.neighbours.get(id) || [])])]); }

  hasMore(id, shown) { return [...this.neighbours.get(id)].some((one) => !shown.has(one)); }

  // Objects of one kind that hang on the same others among those shown: from five on they become one box.
  groups(shown, apart) {
    const alike = new Map();
    for (const id of shown) {
      if (apart.has(id)) continue;
      const near = [...this.neighbours.get(id)].filter((one) => shown.has(one)).sort();
      if (near.length) this.#append(alike, `group:${this.states.get(id)[0].kind}:${near.join("|")}`, { id, near });
    }
    const found = [];
    for (const [key, members] of alike) {
      if (members.length >= ALIKE) found.push({ id: key, ids: members.map((one) => one.id), near: members[0].near });
    }
    return found;
  }

  // What differs between two revisions: lists of [id, what differs in words].
  differences(one, other) {
    const [early, late] = [Math.min(one, other), Math.max(one, other)];
    const found = { added: [], removed: [], changed: [] };
    for (const id of this.states.keys()) {
      const [before, after] = [this.at(id, early), this.at(id, late)];
      if (!before && after) found.added.push([id, ""]);
      else if (before && !after) found.removed.push([id, ""]);
      else if (before && after && before !== after) found.changed.push([id, this.#differing(before, after)]);
    }
    return found;
  }

  #differing(before, after) {
    const old = new Map(before.fields);
    const told = new Map(after.fields);
    const names = new Set([...old.keys(), ...told.keys()]);
    const differ = [...names].filter((name) => old.get(name) !== told.get(name))
      .map((name) => `${name} ${old.get(name) ?? "–"} → ${told.get(name) ?? "–"}`);
    if (before.amount !== after.amount) differ.unshift(`${before.amount ?? "–"} → ${after.amount ?? "–"}`);
    if (before.standing !== after.standing) differ.push(`${this.data.words[before.standing]} → ${this.data.words[after.standing]}`);
    return differ.join(" · ");
  }
}
