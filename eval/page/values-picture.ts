import { CATEGORICAL } from "../pictures/palette.ts";
import { element } from "./element.ts";
import { svgElement } from "./svg-element.ts";

/** Shows values [N] on the 8-bit scale. */
export interface ValuesPicture {
  readonly element: HTMLCanvasElement | SVGSVGElement;
  draw(values: ArrayLike<number>): void;
}

/** Longer side of an image in its file; small ones get whole squares for pixels. */
const SIDE = 256;

/** An image [h, w], black 0 and white 255. */
export function imagePicture([height, width]: readonly number[], label: string, side = SIDE): ValuesPicture {
  const scale = Math.max(1, Math.round(side / Math.max(height, width)));
  const canvas = element("canvas", { width: width * scale, height: height * scale });
  describe(canvas, label);
  const context = canvas.getContext("2d")!;
  return {
    element: canvas,
    draw(values) {
      const image = context.createImageData(canvas.width, canvas.height);
      const pixels = new Uint32Array(image.data.buffer);
      for (let y = 0, at = 0; y < canvas.height; y++) {
        const row = Math.floor(y / scale) * width;
        for (let x = 0; x < canvas.width; x++) {
          const gray = Math.round(Math.min(Math.max(values[row + Math.floor(x / scale)], 0), 255));
          pixels[at++] = 0xff000000 | (gray * 0x010101);
        }
      }
      context.putImageData(image, 0, 0);
    },
  };
}

const CURVE = { width: 440, height: 220, left: 4, bottom: 20 };

/** A curve [n] as an area, over faint ones that stay: the atoms. */
export function curvePicture(size: number, label: string, backdrop: readonly ArrayLike<number>[] = []): ValuesPicture {
  const { width, height, left, bottom } = CURVE;
  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "curve" });
  describe(svg, label);
  const floor = height - bottom;
  const most = (curves: readonly ArrayLike<number>[]) =>
    curves.reduce((top, curve) => Array.from(curve).reduce((a, b) => Math.max(a, b), top), 0);
  const ceiling = most(backdrop);
  const outline = (values: ArrayLike<number>, top: number) =>
    Array.from(values, (value, index) => {
      const x = left + ((width - 2 * left) * index) / Math.max(size - 1, 1);
      return `${x.toFixed(1)},${(floor - (value / (top || 1)) * (floor - 6)).toFixed(1)}`;
    });
  const text = (x: number, anchor: string, content: string) =>
    svgElement("text", { x, y: height - 4, "text-anchor": anchor, "font-size": 11, fill: "currentColor" }, content);
  return {
    element: svg,
    draw(values) {
      const top = Math.max(ceiling, most([values]));
      const line = outline(values, top).join("L");
      svg.replaceChildren(
        ...backdrop.map((curve, atom) =>
          svgElement("path", {
            d: `M${outline(curve, top).join("L")}`,
            fill: "none",
            stroke: CATEGORICAL[atom % CATEGORICAL.length],
            "stroke-opacity": 0.55,
          }),
        ),
        svgElement("path", {
          d: `M${left},${floor}L${line}L${width - left},${floor}Z`,
          fill: "currentColor",
          "fill-opacity": 0.25,
        }),
        svgElement("path", { d: `M${line}`, fill: "none", stroke: "currentColor", "stroke-width": 1.75 }),
        text(left, "start", "0"),
        text(width - left, "end", String(size - 1)),
      );
    },
  };
}

function describe(drawing: Element, label: string): void {
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", label);
}
