import { simplexCorners, type Point } from "../../pictures/simplex-chart.ts";
import { svgElement } from "../svg-element.ts";
import { placeOf, weightsAt, type Weights } from "./weights.ts";

/** Pixels of the drawing: of one unit of the corners' circle, of a thumbnail, from a corner to the middle of its thumbnail. */
const UNIT = 100;
const THUMBNAIL = 44;
const REACH = 1.34;
const NEAR = 10;
/** Units that an arrow key moves the handle, and with Shift. */
const STEP = 0.05;
const FINE_STEP = 0.01;

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: 1 },
  ArrowDown: { x: 0, y: -1 },
};

export interface Pad {
  readonly element: SVGSVGElement;
  /** Puts the handle where these weights over the pad's corners stand. */
  show(weights: Weights, text: string): void;
}

export interface PadOptions {
  readonly names: readonly string[];
  /** Thumbnails, as addresses. */
  readonly images: readonly string[];
  /** Weights of data points over the pad's corners, drawn as dots. */
  readonly dots: readonly Weights[];
  onMove(weights: number[]): void;
  onDot(dot: number): void;
}

/** The polygon of the atoms with a handle that is dragged, or moved by the arrow keys; a click on a dot chooses it. */
export function makePad({ names, images, dots, onMove, onDot }: PadOptions): Pad {
  const corners = simplexCorners(names.length);
  const extent = (REACH + 0.1) * UNIT + THUMBNAIL / 2;
  const height = corners.length === 2 ? 0.6 * extent : extent;
  const svg = svgElement("svg", {
    viewBox: `${-extent} ${-height} ${2 * extent} ${2 * height}`,
    width: 2 * extent,
    height: 2 * height,
    class: "pad",
  });
  const outline = corners.map(({ x, y }) => `${x * UNIT},${-y * UNIT}`).join("L");
  const marks = dots.map((weights) => {
    const { x, y } = placeOf(weights, corners);
    return { x, y, mark: svgElement("circle", { class: "dot", cx: x * UNIT, cy: -y * UNIT, r: 3 }) };
  });
  const handle = svgElement("circle", { class: "handle", r: 9, tabindex: 0, role: "slider" });
  for (const [name, value] of Object.entries({ label: "Place between the atoms", valuemin: "0", valuemax: "100" })) {
    handle.setAttribute(`aria-${name}`, value);
  }
  svg.append(
    svgElement("path", { class: "outline", d: `M${outline}Z` }),
    ...corners.flatMap(({ x, y }, s) => thumbnail({ x: x * REACH * UNIT, y: -y * REACH * UNIT }, names[s], images[s])),
    ...marks.map(({ mark }) => mark),
    handle,
  );

  let place: Point = { x: 0, y: 0 };
  const moveTo = (point: Point) => onMove(weightsAt(point, corners));
  const pointAt = (event: PointerEvent): Point => {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()!.inverse());
    return { x: x / UNIT, y: -y / UNIT };
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    const point = pointAt(event);
    const distance = (dot: Point) => UNIT * Math.hypot(dot.x - point.x, dot.y - point.y);
    const dot = marks.findIndex((mark) => distance(mark) < NEAR / 2);
    if (dot >= 0 && distance(place) > NEAR) onDot(dot);
    else moveTo(point);
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId) && event.buttons) moveTo(pointAt(event));
  });
  handle.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const step = event.shiftKey ? FINE_STEP : STEP;
    moveTo({ x: place.x + step * arrow.x, y: place.y + step * arrow.y });
  });

  return {
    element: svg,
    show(weights, text) {
      place = placeOf(weights, corners);
      handle.setAttribute("cx", String(place.x * UNIT));
      handle.setAttribute("cy", String(-place.y * UNIT));
      handle.setAttribute("aria-valuenow", String(Math.round(100 * Math.max(...weights))));
      handle.setAttribute("aria-valuetext", text);
    },
  };
}

function thumbnail({ x, y }: Point, name: string, image: string): SVGElement[] {
  const half = THUMBNAIL / 2;
  return [
    svgElement("image", { href: image, x: x - half, y: y - half, width: THUMBNAIL, height: THUMBNAIL }),
    svgElement("text", { x, y: y + half + 12, "text-anchor": "middle", "font-size": 11, fill: "currentColor" }, name),
  ];
}
