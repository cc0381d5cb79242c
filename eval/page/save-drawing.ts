import { save } from "./download.ts";
import { element } from "./element.ts";

/** Pixels of a PNG for each CSS pixel. */
const PIXEL_RATIO = 2;
/** Files are for papers and slides: dark on light, whatever the page has. */
const [PAPER, INK] = ["#ffffff", "#1c1e21"];
const TEXT_SIZE = 13;
const MARGIN = 8;
const NAMESPACE = "http://www.w3.org/2000/svg";

/** What of a drawing goes into a file: pictures, and the words beside them; not what it is steered by. */
const PARTS = "svg, canvas, h3, .words";
const CONTROLS = "button, fieldset, label, .pad, .controls, .strip, [hidden]";

/** Buttons that save a drawing as a file, its parts where they stand on the page. */
export function saveButtons(drawing: HTMLElement, name: string): HTMLElement[] {
  const button = (label: string, listener: () => void) => {
    const made = element("button", { type: "button" }, label);
    made.addEventListener("click", listener);
    return made;
  };
  return [
    button("Save as SVG", () => save(`${name}.svg`, svgFile(drawing))),
    button("Save as PNG", () => void pngFile(drawing).then((png) => save(`${name}.png`, png))),
  ];
}

/** The drawing as one SVG of the size that it has on the page. */
function composeSvg(drawing: HTMLElement): SVGSVGElement {
  const origin = drawing.getBoundingClientRect();
  const parts = [...drawing.querySelectorAll<HTMLElement | SVGSVGElement>(PARTS)].filter(
    (part) => !part.closest(CONTROLS) && part.getClientRects().length > 0 && !part.parentElement?.closest("svg"),
  );
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left), origin.right) - MARGIN;
  const top = Math.min(...boxes.map((box) => box.top), origin.bottom) - MARGIN;
  const width = Math.max(...boxes.map((box) => box.right), 0) - left + MARGIN;
  const height = Math.max(...boxes.map((box) => box.bottom), 0) - top + MARGIN;
  const svg = document.createElementNS(NAMESPACE, "svg");
  set(svg, { xmlns: NAMESPACE, viewBox: `0 0 ${width} ${height}`, width, height, color: INK });
  svg.append(set(document.createElementNS(NAMESPACE, "rect"), { width, height, fill: PAPER }));
  parts.forEach((part, index) => {
    const { x, y, width: w, height: h } = boxes[index];
    svg.append(copyOf(part, { x: x - left, y: y - top, width: w, height: h }));
  });
  return svg;
}

function copyOf(part: Element, place: Readonly<Record<"x" | "y" | "width" | "height", number>>): SVGElement {
  if (part instanceof SVGSVGElement) {
    const copy = part.cloneNode(true) as SVGSVGElement;
    if (!copy.hasAttribute("viewBox")) {
      set(copy, { viewBox: `0 0 ${part.width.baseVal.value} ${part.height.baseVal.value}` });
    }
    copy.removeAttribute("style");
    return set(copy, place);
  }
  if (part instanceof HTMLCanvasElement) {
    const image = set(document.createElementNS(NAMESPACE, "image"), { ...place, href: part.toDataURL() });
    image.style.imageRendering = "pixelated";
    return image;
  }
  const text = document.createElementNS(NAMESPACE, "text");
  text.textContent = part.textContent;
  const font = { "font-size": TEXT_SIZE, "font-family": getComputedStyle(part).fontFamily };
  return set(text, { x: place.x, y: place.y + TEXT_SIZE, fill: "currentColor", ...font });
}

function set<E extends Element>(made: E, attributes: Readonly<Record<string, string | number>>): E {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

function svgFile(drawing: HTMLElement): Blob {
  return new Blob([new XMLSerializer().serializeToString(composeSvg(drawing))], { type: "image/svg+xml" });
}

async function pngFile(drawing: HTMLElement): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(svgFile(drawing));
  image.src = url;
  await image.decode();
  const canvas = element("canvas", { width: image.width * PIXEL_RATIO, height: image.height * PIXEL_RATIO });
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob!)));
}
