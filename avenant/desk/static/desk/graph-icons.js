// A small drawing for each kind of object, on a grid of 16 by 16.
const TAG = "M2 2h6l6 6-6 6-6-6zM5 5h.01";
const BOOK = "M3 1h10v14H3zM6 1v14";
const PATHS = {
  document: "M4 1h6l3 3v11H4zM10 1v3h3",
  line: "M3 4h10M3 8h10M3 12h6",
  answer: "M2 3h12v8H7l-3 3v-3H2z",
  contract: "M3 1h10v14H3zM5 5h6M5 8h6M5 11h3",
  member: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 15c0-4 3-5 6-5s6 1 6 5",
  enrolment: "M1 12h14M3 9v6M13 9v6M3 5h10",
  provider_status: "M8 1l2 5h5l-4 3 2 6-5-4-5 4 2-6-4-3h5z",
  act: "M6 2h4v4h4v4h-4v4H6v-4H2V6h4z",
  payer_part: "M2 4h12v9H2zM2 7h12",
  tariff: TAG,
  price: TAG,
  parameter: "M2 4h12M5 2v4M2 8h12M11 6v4M2 12h12M7 10v4",
  guarantee: "M8 1l6 2v5c0 4-3 6-6 7-3-1-6-3-6-7V3z",
  envelope: "M1 3h14v10H1zM1 3l7 6 7-6",
  decision: "M8 1v14M3 4h10M3 4l-2 5h4zM13 4l-2 5h4z",
  waiting: "M3 1h10M3 15h10M4 1c0 7 8 7 8 14M12 1c0 7-8 7-8 14",
  entry: BOOK,
  premium: BOOK,
  rest: "M2 5h12M2 8h12M2 11h12M5 2h6M5 14h6",
  open: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM8 4v4l3 2",
  payout: "M1 8h11M8 4l4 4-4 4M15 2v12",
  invoice: "M3 1h10v14l-2-1-2 1-2-1-2 1-2-1zM5 5h6M5 8h6",
  balance: "M3 5h6M6 2v6M9 12h5",
};

export const drawing = (kind, colour) => `<path d="${PATHS[kind] || PATHS.line}" fill="none" stroke="${colour}" stroke-width="1.4" stroke-linejoin="round" stroke-linecap="round"/>`;

export const icon = (kind, colour) => {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">${drawing(kind, colour)}</svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
};
