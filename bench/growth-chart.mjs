// Two log–log charts side by side as one SVG: processor time and memory by rows, one line a command, named at its end.
const colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];
const width = 1160;
const height = 460;
const plot = { top: 40, bottom: 46, left: 60, right: 225, width: 580 };

const shown = (power) =>
  power >= 0 && power <= 2
    ? String(10 ** power)
    : `10${[...String(power)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("")}`;

/** `lines` are commands with their runs: rows, cpu in seconds, megabytes. */
export function growthChart(lines) {
  const panels = [
    { title: "Processor time, seconds", of: (run) => run.cpu },
    { title: "Memory at its peak, MB", of: (run) => run.megabytes },
  ].map((panel, k) => panelOf(lines, panel, k * plot.width));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>How time and memory of each command grow with rows</title>
<desc>Both axes are logarithmic. A line as steep as the grey one grows in proportion to rows.</desc>
<style>text { fill: #222 } .axis { stroke: #bbb } .ideal { stroke: #999; stroke-dasharray: 4 4 } @media (prefers-color-scheme: dark) { text { fill: #ddd } .axis { stroke: #555 } }</style>
${panels.join("\n")}
</svg>
`;
}

function panelOf(lines, { title, of }, offset) {
  const points = lines.flatMap(({ runs }) => runs);
  const range = (values) => {
    const logs = values.map(Math.log10);
    return [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  };
  const [x0, x1] = range(points.map((run) => run.rows));
  const [y0, y1] = range(points.map(of));
  const right = offset + plot.width - plot.right;
  const x = (rows) =>
    offset + plot.left + ((Math.log10(rows) - x0) / (x1 - x0 || 1)) * (right - offset - plot.left);
  const y = (value) =>
    height - plot.bottom - ((Math.log10(value) - y0) / (y1 - y0 || 1)) * (height - plot.top - plot.bottom);
  const parts = [`<text x="${offset + plot.left}" y="20" font-size="14" font-weight="600">${title}</text>`];
  for (let p = x0; p <= x1; p++)
    parts.push(
      `<line class="axis" x1="${x(10 ** p)}" x2="${x(10 ** p)}" y1="${plot.top}" y2="${height - plot.bottom}"/>`,
      `<text x="${x(10 ** p)}" y="${height - plot.bottom + 18}" text-anchor="middle">${shown(p)}</text>`,
    );
  for (let p = y0; p <= y1; p++)
    parts.push(
      `<line class="axis" x1="${offset + plot.left}" x2="${right}" y1="${y(10 ** p)}" y2="${y(10 ** p)}"/>`,
      `<text x="${offset + plot.left - 8}" y="${y(10 ** p) + 4}" text-anchor="end">${shown(p)}</text>`,
    );
  parts.push(
    `<text x="${(offset + plot.left + right) / 2}" y="${height - 8}" text-anchor="middle">rows</text>`,
  );
  // In proportion to rows, from the lower left corner.
  const top = Math.min(x1 - x0, y1 - y0);
  parts.push(
    `<line class="ideal" x1="${x(10 ** x0)}" y1="${y(10 ** y0)}" x2="${x(10 ** (x0 + top))}" y2="${y(10 ** (y0 + top))}"/>`,
  );
  const drawn = lines.filter(({ runs }) => runs.length > 0);
  drawn.forEach(({ runs }, k) => {
    const colour = colours[k % colours.length];
    const dashes = k >= colours.length ? ' stroke-dasharray="7 3"' : "";
    const path = runs.map((run) => `${x(run.rows).toFixed(1)},${y(of(run)).toFixed(1)}`).join(" ");
    parts.push(`<polyline fill="none" stroke="${colour}" stroke-width="2"${dashes} points="${path}"/>`);
  });
  // Names beside the ends of lines, moved apart where they would lie on each other.
  const ends = drawn
    .map(({ name, runs }, k) => ({ name, k, at: y(of(runs.at(-1))) }))
    .sort((a, b) => a.at - b.at);
  let last = -Infinity;
  for (const end of ends) last = end.at = Math.max(end.at, last + 14);
  const over = Math.max(0, last - (height - plot.bottom));
  for (const { name, k, at } of ends)
    parts.push(
      `<text x="${right + 8}" y="${(at - over + 4).toFixed(1)}" style="fill: ${colours[k % colours.length]}">${name}</text>`,
    );
  return parts.join("\n");
}
