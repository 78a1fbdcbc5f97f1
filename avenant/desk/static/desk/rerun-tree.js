// A tree of any size of which only the rows in sight exist.
export const ROW = 24;
const SPARE = 12;

export const made = (tag, classes = "", text = "") => {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text !== "") element.textContent = text;
  return element;
};

export class Tree {
  // fill(element, row): what a row shows; choose(row): somebody chose it; toggle(row, open).
  constructor(element, { fill, choose, toggle }) {
    this.element = element;
    this.fill = fill;
    this.choose = choose;
    this.toggle = toggle;
    this.rows = [];
    this.chosen = null;
    this.pool = [];
    this.space = made("div", "space");
    this.space.setAttribute("role", "none");
    element.append(this.space);
    this.waiting = false;
    element.addEventListener("scroll", () => this.soon(), { passive: true });
    new ResizeObserver(() => this.soon()).observe(element);
    element.addEventListener("click", (event) => this.clicked(event));
    element.addEventListener("keydown", (event) => this.pressed(event));
  }

  show(rows) {
    this.rows = rows;
    this.space.style.height = `${rows.length * ROW}px`;
    this.element.dataset.rows = rows.length;
    this.draw();
  }

  soon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }

  draw() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW) - SPARE);
    const last = Math.min(this.rows.length, Math.ceil((this.element.scrollTop + this.element.clientHeight) / ROW) + SPARE);
    while (this.pool.length < last - first) {
      const element = made("div", "call-row");
      element.setAttribute("role", "treeitem");
      this.space.append(element);
      this.pool.push(element);
    }
    this.pool.forEach((element, place) => {
      const row = this.rows[first + place];
      element.hidden = !row || first + place >= last;
      if (!element.hidden) this.place(element, row, first + place);
    });
    const active = this.pool.find((element) => !element.hidden && element.getAttribute("aria-selected") === "true");
    if (active) this.element.setAttribute("aria-activedescendant", active.id);
    else this.element.removeAttribute("aria-activedescendant");
  }

  place(element, row, index) {
    element.style.transform = `translateY(${index * ROW}px)`;
    element.style.paddingLeft = `${4 + Math.min(row.level, 30) * 14}px`;
    element.id = `row-${row.key}`;
    element.dataset.index = index;
    element.setAttribute("aria-level", row.level + 1);
    element.setAttribute("aria-selected", row.key === this.chosen ? "true" : "false");
    if (row.leaf) element.removeAttribute("aria-expanded");
    else element.setAttribute("aria-expanded", row.open);
    this.fill(element, row);
  }

  index() { return this.rows.findIndex((row) => row.key === this.chosen); }

  select(index, quiet = false) {
    const row = this.rows[Math.max(0, Math.min(this.rows.length - 1, index))];
    if (!row) return;
    this.chosen = row.key;
    this.into(this.rows.indexOf(row));
    this.draw();
    if (!quiet) this.choose(row);
  }

  into(index) {
    const top = index * ROW;
    const height = this.element.clientHeight;
    if (top < this.element.scrollTop || top + ROW > this.element.scrollTop + height) {
      this.element.scrollTop = Math.max(0, top - height / 3);
    }
  }

  clicked(event) {
    const element = event.target.closest(".call-row");
    if (!element) return;
    const index = Number(element.dataset.index);
    const row = this.rows[index];
    if (!row.leaf && (event.target.closest(".twist") || row.group)) this.toggle(row, !row.open);
    this.select(this.rows.findIndex((each) => each.key === row.key));
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.index();
    const row = this.rows[at];
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW) - 1);
    const keys = {
      ArrowDown: () => this.select(at + 1),
      ArrowUp: () => this.select(Math.max(0, at - 1)),
      PageDown: () => this.select(at + page),
      PageUp: () => this.select(Math.max(0, at - page)),
      Home: () => this.select(0),
      End: () => this.select(this.rows.length - 1),
      ArrowRight: () => (row && !row.leaf && !row.open ? this.toggle(row, true) : this.select(at + 1)),
      ArrowLeft: () => (row && row.open ? this.toggle(row, false) : this.select(this.above(at))),
      "*": () => row && this.toggle(row, true, true),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  above(at) {
    for (let index = at - 1; index >= 0; index -= 1) if (this.rows[index].level < this.rows[at].level) return index;
    return 0;
  }
}
