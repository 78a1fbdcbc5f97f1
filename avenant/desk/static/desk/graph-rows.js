// Where boxes stand: the stage gives the column, sweeps over the links the order of its rows. The order is found once
// over all objects and all times: neither time nor an expansion changes who stands above whom. What leads to another in
// the same column, a document to its lines, a decision to the next one, stands above it, as a chain without a gap.
const COLUMN = 190;
const ROW = 72;
const SWEEPS = 12;
const SETTLING = 6;

// In the order of the column each box as near to where it wants to be as a distance of one row between boxes allows.
const packed = (column, wanted, rows) => {
  const runs = [];
  column.forEach((id, place) => {
    runs.push({ at: wanted(id) - place, count: 1 });
    while (runs.length > 1 && runs.at(-2).at > runs.at(-1).at) {
      const [over, under] = runs.splice(-2);
      const count = over.count + under.count;
      runs.push({ at: (over.at * over.count + under.at * under.count) / count, count });
    }
  });
  let place = 0;
  for (const { at, count } of runs) {
    for (const end = place + count; place < end; place += 1) rows.set(column[place], at + place);
  }
};

const centred = (columns, rows) => {
  const tallest = Math.max(...columns.map((column) => column.length));
  for (const column of columns) column.forEach((id, row) => rows.set(id, row + (tallest - column.length) / 2));
};

const average = (ids, rows, otherwise) => (ids.length ? ids.reduce((sum, id) => sum + rows.get(id), 0) / ids.length : otherwise);

export class Rows {
  constructor(model) {
    this.stages = model.data.stages.map((one) => one.key);
    this.column = new Map([...model.states].map(([id, [first]]) => [id, this.stages.indexOf(first.stage)]));
    this.near = new Map([...model.neighbours].map(([id, near]) => [id, [...near]]));
    this.above = new Map([...model.states.keys()].map((id) => [id, new Set()]));
    this.below = new Map([...model.states.keys()].map((id) => [id, new Set()]));
    for (const [{ source, target }] of model.edges.values()) {
      if (source === target || this.column.get(source) !== this.column.get(target)) continue;
      this.below.get(source).add(target);
      this.above.get(target).add(source);
    }
    this.block = new Map();
    this.order = new Map();
    this.#together([...this.near.keys()], (id) => this.near.get(id)).forEach((ids, number) => {
      ids.forEach((id) => this.block.set(id, number));
      this.#ordered(ids).forEach((chains) => chains.flat().forEach((id, place) => this.order.set(id, place)));
    });
  }

  // Objects that hang together by what nearOf says, as lists.
  #together(ids, nearOf) {
    const seen = new Set();
    const found = [];
    for (const start of ids) {
      if (seen.has(start)) continue;
      const one = [start];
      seen.add(start);
      for (const id of one) {
        for (const other of nearOf(id)) if (!seen.has(other)) { seen.add(other); one.push(other); }
      }
      found.push(one);
    }
    return found;
  }

  #columns(boxes, objectOf) {
    const columns = this.stages.map(() => []);
    for (const box of boxes) columns[this.column.get(objectOf(box))].push(box);
    return columns;
  }

  // Columns of chains. Each chain moves to the middle of what it is linked with: on the way there left of it, on the
  // way back right of it, and in the end on both sides.
  #ordered(ids) {
    const beside = (id) => [...this.above.get(id), ...this.below.get(id)];
    const columns = this.#columns(this.#together(ids, beside), ([first]) => first);
    const rows = new Map();
    centred(columns.map((chains) => chains.flat()), rows);
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      const forth = sweep % 2 === 0;
      const both = sweep >= SWEEPS - 2;
      for (const number of forth ? columns.keys() : [...columns.keys()].reverse()) {
        const looksAt = (other) => { const theirs = this.column.get(other); return theirs !== number && (both || theirs < number === forth); };
        columns[number] = this.#chained(columns[number], looksAt, rows);
      }
    }
    return columns;
  }

  #chained(chains, looksAt, rows) {
    const placed = chains.map((chain) => {
      const own = new Map(chain.map((id) => [id, average(this.near.get(id).filter(looksAt), rows, null)]));
      const told = [...own.values()].filter((row) => row !== null);
      const middle = told.length ? told.reduce((a, b) => a + b, 0) / told.length : average(chain, rows, 0);
      return { middle, ids: this.#downwards(chain, (id) => own.get(id) ?? middle) };
    }).sort((a, b) => a.middle - b.middle);
    const wanted = new Map(placed.flatMap(({ middle, ids }) => ids.map((id, place) => [id, middle - (ids.length - 1) / 2 + place])));
    packed(placed.flatMap(({ ids }) => ids), (id) => wanted.get(id), rows);
    return placed.map(({ ids }) => ids);
  }

  // A chain from what leads to what follows from it, each as soon as all that leads to it stands above.
  #downwards(chain, wanted) {
    const placed = new Set();
    const inOrder = (ids) => [...ids].sort((a, b) => wanted(a) - wanted(b));
    const place = (id) => {
      if (placed.has(id)) return;
      placed.add(id);
      for (const next of inOrder(this.below.get(id))) if ([...this.above.get(next)].every((one) => placed.has(one))) place(next);
    };
    inOrder(chain.filter((id) => !this.above.get(id).size)).forEach(place);
    inOrder(chain).forEach(place);
    return [...placed];
  }

  // boxes: name -> object that stands for it; links: pairs of names. Returns the place of each, and each column that
  // is not empty with its x.
  placed(boxes, links) {
    const near = new Map([...boxes.keys()].map((name) => [name, []]));
    for (const [one, other] of links) {
      near.get(one).push(other);
      near.get(other).push(one);
    }
    const used = this.stages.map((_, column) => [...boxes.values()].some((id) => this.column.get(id) === column));
    const xs = used.map((_, column) => COLUMN * used.slice(0, column).filter(Boolean).length);
    const places = new Map();
    let top = 0;
    for (const block of this.#blocks(boxes)) {
      const rows = this.#settled(block, boxes, near);
      const [highest, lowest] = [Math.min(...rows.values()), Math.max(...rows.values())];
      for (const [name, row] of rows) places.set(name, { x: xs[this.column.get(boxes.get(name))], y: Math.round((top + row - highest) * ROW) });
      top += lowest - highest + 1;
    }
    return { places, heads: this.stages.map((key, i) => ({ key, x: xs[i] })).filter((_, i) => used[i]) };
  }

  #blocks(boxes) {
    const blocks = new Map();
    for (const [name, id] of boxes) {
      const block = this.block.get(id);
      if (blocks.has(block)) blocks.get(block).push(name);
      else blocks.set(block, [name]);
    }
    return [...blocks].sort(([a], [b]) => a - b).map(([, names]) => names);
  }

  #settled(names, boxes, near) {
    const columns = this.#columns(names, (name) => boxes.get(name));
    columns.forEach((column) => column.sort((a, b) => this.order.get(boxes.get(a)) - this.order.get(boxes.get(b))));
    const rows = new Map();
    centred(columns, rows);
    for (let pass = 0; pass < SETTLING; pass += 1) {
      for (const column of pass % 2 ? [...columns].reverse() : columns) packed(column, (name) => average(near.get(name), rows, rows.get(name)), rows);
    }
    return rows;
  }
}
