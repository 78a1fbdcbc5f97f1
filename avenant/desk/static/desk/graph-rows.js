// Where boxes stand: the stage gives the column, sweeps over the links the order of its rows. The order is found once
// over all objects and all times: neither time nor an expansion changes who stands above whom.
const COLUMN = 206;
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
    this.block = new Map();
    this.order = new Map();
    this.#blocks().forEach((ids, number) => {
      ids.forEach((id) => this.block.set(id, number));
      this.#ordered(this.#columns(ids, (id) => id)).forEach((column) => column.forEach((id, place) => this.order.set(id, place)));
    });
  }

  // Objects that hang together, as lists.
  #blocks() {
    const blocks = [];
    const seen = new Set();
    for (const start of this.near.keys()) {
      if (seen.has(start)) continue;
      const found = [start];
      seen.add(start);
      for (const id of found) {
        for (const other of this.near.get(id)) if (!seen.has(other)) { seen.add(other); found.push(other); }
      }
      blocks.push(found);
    }
    return blocks;
  }

  #columns(boxes, objectOf) {
    const columns = this.stages.map(() => []);
    for (const box of boxes) columns[this.column.get(objectOf(box))].push(box);
    return columns;
  }

  // Each object moves to the middle of what it is linked with: on the way there of what stands left of it or in its
  // own column, on the way back right of it, and in the end on both sides.
  #ordered(columns) {
    const rows = new Map();
    centred(columns, rows);
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      const forth = sweep % 2 === 0;
      const both = sweep >= SWEEPS - 2;
      for (const column of forth ? columns : [...columns].reverse()) {
        const wanted = new Map(column.map((id) => {
          const mine = this.column.get(id);
          const near = this.near.get(id).filter((one) => both || (forth ? this.column.get(one) <= mine : this.column.get(one) >= mine));
          return [id, average(near, rows, rows.get(id))];
        }));
        column.sort((a, b) => wanted.get(a) - wanted.get(b));
        packed(column, (id) => wanted.get(id), rows);
      }
    }
    return columns;
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
    for (const block of this.#together(boxes)) {
      const rows = this.#settled(block, boxes, near);
      const [highest, lowest] = [Math.min(...rows.values()), Math.max(...rows.values())];
      for (const [name, row] of rows) places.set(name, { x: xs[this.column.get(boxes.get(name))], y: Math.round((top + row - highest) * ROW) });
      top += lowest - highest + 1;
    }
    return { places, heads: this.stages.map((key, i) => ({ key, x: xs[i] })).filter((_, i) => used[i]) };
  }

  #together(boxes) {
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
