// The drawing: what there is of it stands still while time moves; time only changes how it looks.
import { BOX, style } from "./graph-look.js";
import { Rows } from "./graph-rows.js";
import { drawnAsSvg } from "./graph-svg.js";

const WIDEST = 26;
const MOST_LINES = 2;
const NUMBER = 3;
const SIGNS = { added: "+ ", removed: "− ", changed: "≠ " };
const MARGIN = 20;
const LEGIBLE = 0.6;
const LEGIBLE_WHEN_NARROW = 0.75;
const NARROW = 500;
const LARGEST = 1.15;
const HEAD = 184;
const AROUND = 60;
const AT_ONCE = 60;
const PAUSE = 20;

const shortened = (text) => (text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text);

// A text in as many lines as a box has room for, broken between words; what is longer ends in an ellipsis.
const wrapped = (text) => {
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length && `${lines.at(-1)} ${word}`;
    if (longer && (longer.length <= WIDEST || lines.length === MOST_LINES)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.filter(Boolean).map(shortened);
};

export class Picture {
  constructor(container, heads, model) {
    Object.assign(this, { container, heads, model });
    const root = getComputedStyle(document.documentElement);
    this.colour = (name) => root.getPropertyValue(`--${name}`).trim();
    const dressed = () => style(model, this.colour);
    this.rows = new Rows(model);
    this.labels = new Map();
    this.groupOf = new Map();
    this.looks = new Map();
    this.undrawn = { boxes: [], links: new Map() };
    this.time = { rev: 0, chosen: "", sought: "", differs: new Map() };
    this.cy = window.cytoscape({ container, layout: { name: "preset" }, minZoom: 0.1, maxZoom: 2, style: dressed() });
    // Cytoscape caches all that it finds in its first frame, what is out of sight, too: let that be nothing.
    this.empty = new Promise((seen) => { this.cy.one("render", seen); });
    this.cy.on("viewport", () => this.#headed());
    // Drawn with the colours of the page: again when these change, and to the size that there is.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.cy.style(dressed()));
    addEventListener("resize", () => { this.cy.resize(); this.#look(); });
  }

  label(state) {
    if (!this.labels.has(state)) {
      const kind = this.model.data.kinds[state.kind][0];
      const [first, ...rest] = state.label.split(", ");
      const lines = first.length > NUMBER ? [kind, ...wrapped(state.label)] : [`${kind} ${first}`, ...wrapped(rest.join(", "))];
      if (state.amount !== null) lines.push(state.amount);
      this.labels.set(state, lines.join("\n"));
    }
    return this.labels.get(state);
  }

  // shown: ids; groups: as the model finds them; words: what a group is called. The anchor stays where it is on the
  // screen if stay is true and it is there; else as much as is legible comes in sight around it.
  show(shown, groups, words, anchor, stay) {
    const before = stay && this.#onScreen(anchor);
    this.shown = shown;
    this.groupOf = new Map(groups.flatMap((group) => group.ids.map((id) => [id, group])));
    this.groups = new Map(groups.map((group) => [group.id, group]));
    this.words = words;
    const alone = [...shown].filter((id) => !this.groupOf.has(id)).map((id) => [id, id]);
    const boxes = new Map([...alone, ...groups.map((group) => [group.id, group.ids[0]])]);
    this.links = new Map(this.#links(boxes));
    const { places, heads } = this.rows.placed(boxes, this.links.values());
    this.places = places;
    this.anchor = anchor;
    this.#head(heads);
    const after = before && places.get(this.#boxOf(anchor));
    const zoom = this.cy.zoom();
    if (after) this.cy.pan({ x: before.x - after.x * zoom, y: before.y - after.y * zoom });
    else this.#look();
    this.cy.batch(() => this.#draw());
  }

  // Bring an object that is shown into sight.
  see(id) {
    if (this.cy.getElementById(this.#boxOf(id)).empty()) this.#complete();
    const at = this.#onScreen(id);
    const { clientWidth: width, clientHeight: height } = this.container;
    if (at && (at.x < 0 || at.y < 0 || at.x > width || at.y > height)) this.cy.center(this.cy.getElementById(this.#boxOf(id)));
  }

  #boxOf(id) { return this.groupOf.get(id)?.id ?? id; }

  #onScreen(id) {
    const box = this.cy.getElementById(this.#boxOf(id));
    return box.empty() ? null : { ...box.renderedPosition() };
  }

  // What is gone is removed, what moved is moved; of what is new only that which is in sight is drawn at once.
  #draw() {
    delete this.container.dataset.complete;
    this.cy.elements().filter((one) => !this.places.has(one.id()) && !this.links.has(one.id())).remove();
    this.cy.nodes().forEach((node) => { node.position({ ...this.places.get(node.id()) }); });
    const isNew = (id) => this.cy.getElementById(id).empty();
    const [seen, unseen] = [[], []];
    for (const id of [...this.places.keys()].filter(isNew)) (this.#inSight(this.places.get(id)) ? seen : unseen).push(id);
    this.undrawn = { boxes: unseen, links: new Map([...this.links].filter(([id]) => isNew(id))) };
    this.#add(seen);
    this.now({});
    this.#later();
  }

  #inSight({ x, y }) {
    const [zoom, pan] = [this.cy.zoom(), this.cy.pan()];
    const within = (at, size) => at > -AROUND && at < size + AROUND;
    return within(x * zoom + pan.x, this.container.clientWidth) && within(y * zoom + pan.y, this.container.clientHeight);
  }

  // Boxes, and every link of which both ends are there then.
  #add(boxes) {
    const added = boxes.map((id) => ({ data: this.#box(id), position: { ...this.places.get(id) } }));
    const there = (id) => boxes.includes(id) || this.cy.getElementById(id).nonempty();
    for (const [id, [source, target]] of this.undrawn.links) {
      if (!there(source) || !there(target)) continue;
      added.push({ data: { id, source, target } });
      this.undrawn.links.delete(id);
    }
    for (const one of added) {
      one.classes = this.#lookOf(one.data.id);
      this.looks.set(one.data.id, one.classes);
    }
    this.cy.add(added);
  }

  #later() {
    clearTimeout(this.timer);
    if (this.undrawn.boxes.length) this.timer = setTimeout(() => { this.#add(this.undrawn.boxes.splice(0, AT_ONCE)); this.#later(); }, PAUSE);
    else this.container.dataset.complete = "yes";
  }

  // Draw what is not drawn yet.
  #complete() {
    this.#add(this.undrawn.boxes.splice(0));
    this.#later();
  }

  #box(id) {
    const group = this.groups.get(id);
    const [first] = this.model.states.get(group ? group.ids[0] : id);
    return { id, label: this.#labelOf(id), kind: first.kind, stage: first.stage };
  }

  #labelOf(id) {
    const group = this.groups.get(id);
    const sign = SIGNS[this.time.differs.get(id)] ?? "";
    if (!group) return sign + this.label(this.model.told(id, this.time.rev));
    const kind = this.model.data.kinds[this.model.states.get(group.ids[0])[0].kind][0];
    const lines = [kind, this.words.replace("{count}", group.ids.length), this.model.sum(group.ids, this.time.rev)];
    return lines.filter(Boolean).join("\n");
  }

  // Name of each link between two boxes -> both; several between the same groups are one.
  *#links(boxes) {
    for (const [id, [edge]] of this.model.edges) {
      const [source, target] = [this.#boxOf(edge.source), this.#boxOf(edge.target)];
      if (!boxes.has(source) || !boxes.has(target) || source === target) continue;
      const own = source === edge.source && target === edge.target;
      yield [own ? id : `${source}→→${target}`, [source, target]];
    }
  }

  // How an element looks now, as classes.
  #lookOf(id) {
    const { model, time } = this;
    const group = this.groups.get(id);
    if (group) return ["group", this.#presence(group.ids.map((one) => model.states.get(one)).flat()), ...this.#marks(id)].filter(Boolean).join(" ");
    if (!model.states.has(id)) return model.edges.has(id) ? this.#presence(model.edges.get(id)) : "group";
    const state = model.at(id, time.rev);
    const struck = state && state.standing !== "in_force" && "struck";
    const more = model.hasMore(id, this.shown) && "more";
    return [this.#presence(model.states.get(id)), struck, more, ...this.#marks(id)].filter(Boolean).join(" ");
  }

  #presence(states) {
    const presence = this.model.presence(states, this.time.rev);
    return presence === "now" ? "" : presence;
  }

  #marks(id) {
    const { chosen, sought, differs } = this.time;
    const called = () => `${this.cy.getElementById(id).data("label") ?? ""} ${id}`.toLowerCase().includes(sought);
    return [differs.get(id), chosen === id && "chosen", sought && !called() && "unfound"];
  }

  // Say what is so now (rev, chosen, sought, differs: id -> added, removed, changed); what looks different is drawn anew.
  now(changes) {
    const told = "differs" in changes || ("rev" in changes && changes.rev !== this.time.rev);
    Object.assign(this.time, changes);
    this.cy.batch(() => this.cy.elements().forEach((element) => {
      const id = element.id();
      const look = this.#lookOf(id);
      if (told && element.isNode() && element.data("label") !== this.#labelOf(id)) element.data("label", this.#labelOf(id));
      if (look === this.looks.get(id)) return;
      this.looks.set(id, look);
      element.classes(look);
    }));
  }

  // Everything, where it is then still legible; else what is around the anchor.
  #look() {
    const at = this.places?.get(this.#boxOf(this.anchor)) || this.places?.values().next().value;
    if (!at) return;
    const { clientWidth: width, clientHeight: height } = this.container;
    const range = (axis, half) => {
      const all = [...this.places.values()].map((place) => place[axis]);
      return [Math.min(...all) - half, Math.max(...all) + half];
    };
    const [left, right] = range("x", BOX.width / 2);
    const [top, bottom] = range("y", BOX.height / 2);
    const whole = Math.min((width - 2 * MARGIN) / (right - left), (height - 2 * MARGIN) / (bottom - top));
    const zoom = Math.min(LARGEST, Math.max(width < NARROW ? LEGIBLE_WHEN_NARROW : LEGIBLE, whole));
    const along = (low, high, size, middle) => {
      if ((high - low) * zoom + 2 * MARGIN <= size + 1) return (size - zoom * (low + high)) / 2;
      return Math.min(MARGIN - zoom * low, Math.max(size - MARGIN - zoom * high, size / 2 - zoom * middle));
    };
    this.cy.viewport({ zoom, pan: { x: along(left, right, width, at.x), y: along(top, bottom, height, at.y) } });
    this.#headed();
  }

  // The name of each stage stands above its column.
  #head(heads) {
    const words = new Map(this.model.data.stages.map((one) => [one.key, one.words]));
    this.headed = heads.map(({ key, x }) => {
      const head = document.createElement("span");
      head.textContent = words.get(key);
      return { head, x };
    });
    this.heads.replaceChildren(...this.headed.map(({ head }) => head));
  }

  #headed() {
    const [zoom, pan] = [this.cy.zoom(), this.cy.pan()];
    for (const { head, x } of this.headed || []) {
      head.style.width = `${HEAD * zoom}px`;
      head.style.transform = `translateX(${pan.x + (x - HEAD / 2) * zoom}px)`;
    }
  }

  png() {
    this.#complete();
    return this.cy.png({ output: "blob-promise", full: true, scale: 2, bg: this.colour("sheet") });
  }

  svg() {
    this.#complete();
    return drawnAsSvg(this.cy, this.colour, this.headed.map(({ head, x }) => ({ words: head.textContent, x })));
  }
}
