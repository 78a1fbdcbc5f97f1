// The drawing as SVG, as it looks at this moment: what is drawn, in the colours of the page.
import { drawing } from "./graph-icons.js";
import { BOX, STAGE_COLOURS } from "./graph-look.js";

const MARGIN = 10;
const LINE = 14;
const HEAD = 24;
const ARROW = '<marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0l8 4-8 4z" fill="context-stroke"/></marker>';

const escaped = (value) => value.replace(/[<>&"]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[sign]);
const rounded = (number) => Math.round(number * 10) / 10;

const faint = (element) => {
  const opacity = rounded(element.numericStyle("opacity"));
  return opacity < 1 ? ` opacity="${opacity}"` : "";
};

const link = (edge, colour) => {
  const [a, b] = [edge.sourceEndpoint(), edge.targetEndpoint()].map(({ x, y }) => ({ x: rounded(x), y: rounded(y) }));
  return `<line x1="${a.x}" y1="${a.y}" x2="${b.x}" y2="${b.y}" stroke="${colour("line-strong")}" stroke-width="1.2" marker-end="url(#arrow)"${faint(edge)}/>`;
};

const written = (words, x, y, fill) => `<text x="${x}" y="${y}" text-anchor="middle" fill="${fill}">${escaped(words)}</text>`;

const outline = (left, top, inset, fill, node) => {
  const dashed = node.style("border-style") === "dashed" ? ' stroke-dasharray="4 3"' : "";
  const width = node.style("border-style") === "double" ? 1.2 : rounded(node.numericStyle("border-width"));
  return `<rect x="${left + inset}" y="${top + inset}" width="${BOX.width - 2 * inset}" height="${BOX.height - 2 * inset}" rx="5" fill="${fill}" stroke="${node.style("border-color")}" stroke-width="${width}"${dashed}/>`;
};

const box = (node, colour) => {
  const { x, y } = node.position();
  const [left, top] = [x - BOX.width / 2, y - BOX.height / 2];
  const fill = node.style("background-color");
  const lines = node.data("label").split("\n");
  return [
    `<g${faint(node)}>${outline(left, top, 0, fill, node)}`,
    node.style("border-style") === "double" ? outline(left, top, 3, fill, node) : "",
    `<g transform="translate(${left + 6} ${top + 4}) scale(.8)">${drawing(node.data("kind"), colour(STAGE_COLOURS[node.data("stage")]))}</g>`,
    ...lines.map((line, i) => written(line, x, y + 4 + (i - (lines.length - 1) / 2) * LINE, node.style("color"))),
    "</g>",
  ].join("");
};

// heads: the name of each stage and where its column stands.
export const drawnAsSvg = (cy, colour, heads) => {
  const { x1, y1, w, h } = cy.elements().boundingBox();
  const view = [x1 - MARGIN, y1 - MARGIN - HEAD, w + 2 * MARGIN, h + 2 * MARGIN + HEAD].map(rounded);
  const [x, y, width, height] = view;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${view.join(" ")}" font-family="sans-serif" font-size="11"><defs>${ARROW}</defs>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${colour("sheet")}"/>`,
    ...heads.map((head) => written(head.words, head.x, y + MARGIN + 8, colour("quiet"))),
  ];
  cy.edges().not(".later").forEach((edge) => { out.push(link(edge, colour)); });
  cy.nodes().not(".later").forEach((node) => { out.push(box(node, colour)); });
  return new Blob([...out, "</svg>"], { type: "image/svg+xml" });
};
