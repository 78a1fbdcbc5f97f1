// The drawing as SVG, in the colours of the page: what is drawn now, as it looks at this moment.
import { drawing } from "./graph-icons.js";
import { BOX, STAGE_COLOURS } from "./graph-look.js";

const MARGIN = 10;
const LINE = 14;
const ARROW = '<marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0l8 4-8 4z" fill="context-stroke"/></marker>';

const escaped = (value) => value.replace(/[<>&"]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[sign]);
const faint = (element) => (element.hasClass("gone") ? ' opacity=".25"' : "");
const rounded = (number) => Math.round(number * 10) / 10;

const link = (edge, colour) => {
  const [a, b] = [edge.sourceEndpoint(), edge.targetEndpoint()].map(({ x, y }) => ({ x: rounded(x), y: rounded(y) }));
  return `<line x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}" stroke="${colour("line-strong")}" stroke-width="1.2" marker-end="url(#arrow)"${faint(edge)}/>`;
};

const box = (node, colour) => {
  const { x, y } = node.position();
  const [left, top] = [x - BOX.width / 2, y - BOX.height / 2];
  const struck = node.hasClass("struck");
  const edge = colour(STAGE_COLOURS[node.data("stage")]);
  const dashed = struck ? ' stroke-dasharray="4 3"' : "";
  const words = node.data("label").split("\n").map((line, i, all) => `<text x="${x}" y="${y + 4 + (i - (all.length - 1) / 2) * LINE}" text-anchor="middle" fill="${colour(struck ? "faint" : "ink")}">${escaped(line)}</text>`);
  return [
    `<g${faint(node)}><rect x="${left}" y="${top}" width="${BOX.width}" height="${BOX.height}" rx="5" fill="${colour(struck ? "raised" : "sheet")}" stroke="${edge}" stroke-width="1.5"${dashed}/>`,
    `<g transform="translate(${left + 7} ${top + 7}) scale(.8)">${drawing(node.data("kind"), edge)}</g>`,
    ...words,
    "</g>",
  ].join("");
};

export const drawnAsSvg = (cy, colour) => {
  const { x1, y1, w, h } = cy.elements().boundingBox();
  const view = [x1 - MARGIN, y1 - MARGIN, w + 2 * MARGIN, h + 2 * MARGIN].map(rounded);
  const [x, y, width, height] = view;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${view.join(" ")}" font-family="sans-serif" font-size="11"><defs>${ARROW}</defs>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colour("sheet")}"/>`,
  ];
  cy.edges().not(".later").forEach((edge) => { out.push(link(edge, colour)); });
  cy.nodes().not(".later").forEach((node) => { out.push(box(node, colour)); });
  return new Blob([...out, "</svg>"], { type: "image/svg+xml" });
};
