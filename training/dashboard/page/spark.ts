const NAMESPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [120, 30];

/** A small curve without scales, for a glance; the figures stand beside it. */
export function spark(): { readonly box: SVGSVGElement; show(values: readonly (number | null)[]): void } {
  const box = document.createElementNS(NAMESPACE, "svg");
  box.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  box.setAttribute("preserveAspectRatio", "none");
  box.setAttribute("class", "spark");
  box.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(NAMESPACE, "path");
  for (const [name, value] of Object.entries(LINE)) line.setAttribute(name, value);
  box.append(line);
  return { box, show: (values) => line.setAttribute("d", pathOf(values)) };
}

const LINE = { fill: "none", stroke: "currentColor", "stroke-width": "1.5", "vector-effect": "non-scaling-stroke" };

/** Of positive values the logarithms, as losses fall by orders of magnitude. */
function pathOf(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return "";
  const isPositive = known.every((value) => value > 0);
  const heights = known.map((value) => (isPositive ? Math.log(value) : value));
  const [least, most] = [Math.min(...heights), Math.max(...heights)];
  const points = heights.map((height, index) => {
    const y = most > least ? (most - height) / (most - least) : 0.5;
    return `${((index * WIDTH) / (heights.length - 1)).toFixed(1)},${(y * HEIGHT).toFixed(1)}`;
  });
  return `M${points.join("L")}`;
}
