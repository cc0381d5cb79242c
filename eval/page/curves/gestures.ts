import type { CurvesModel, Window } from "../../curves/model.ts";
import type { PanelBox } from "./panel.ts";

/** What the reader's hands do to all panels. */
export interface Hands {
  /** Points at an x of a panel, or at nothing. */
  point(box: PanelBox, x: number | undefined): void;
  /** Shows a part of x; undefined: all. */
  show(window: Window | undefined): void;
}

/** CSS pixels that a pointer may move within a click. */
const CLICK = 4;
/** Of a press of a key, or a notch of a wheel. */
const ZOOM = 1.5;

/**
 * Pointer, wheel and keys of a panel: a drag chooses a range, the wheel zooms (once the panel has been clicked, or with Ctrl: before
 * that it scrolls the page), a double click shows all; arrow keys read point by point, + and - zoom, 0 shows all.
 */
export function listen(box: PanelBox, model: CurvesModel, hands: Hands): void {
  const { plot } = box;
  let from: number | undefined;
  let cursor: number | undefined;
  const pixel = (event: MouseEvent): number => event.clientX - plot.getBoundingClientRect().left;
  const point = (x: number | undefined): void => hands.point(box, (cursor = x));
  const zoomAt = (x: number, factor: number): void => {
    const [low, high] = model.window ?? model.extent;
    model.zoom([x - (x - low) / factor, x + (high - x) / factor]);
    hands.show(model.window);
  };

  plot.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = pixel(event);
    plot.setPointerCapture(event.pointerId);
    point(model.nearest(box.panel, box.valueAt(from)));
  });
  plot.addEventListener("pointermove", (event) => {
    if (from !== undefined && Math.abs(pixel(event) - from) > CLICK) box.brush([from, pixel(event)]);
    point(model.nearest(box.panel, box.valueAt(pixel(event))));
  });
  plot.addEventListener("pointerup", (event) => {
    const began = from;
    [from] = [undefined];
    box.brush(undefined);
    if (began === undefined || Math.abs(pixel(event) - began) <= CLICK) return;
    const [a, b] = [box.valueAt(began), box.valueAt(pixel(event))];
    model.zoom([Math.min(a, b), Math.max(a, b)]);
    hands.show(model.window);
  });
  plot.addEventListener("pointercancel", () => {
    from = undefined;
    box.brush(undefined);
  });
  plot.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType !== "touch") point(undefined); // a finger leaves when it is lifted, and then one reads
  });
  plot.addEventListener("blur", () => point(undefined));
  plot.addEventListener("dblclick", () => hands.show(undefined));
  plot.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== plot) return;
      event.preventDefault();
      zoomAt(box.valueAt(pixel(event)), event.deltaY < 0 ? ZOOM : 1 / ZOOM);
    },
    { passive: false },
  );
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [low, high] = model.window ?? model.extent;
    const here = cursor ?? (low + high) / 2;
    const read = (direction: 1 | -1): void => {
      const x = model.along(box.panel, here, direction, event.shiftKey ? 10 : 1);
      if (x < low || x > high) {
        model.zoom([low + x - here, high + x - here]);
        hands.show(model.window);
      }
      point(x);
    };
    const keys: Readonly<Record<string, () => void>> = {
      ArrowRight: () => read(1),
      ArrowLeft: () => read(-1),
      Home: () => point(model.nearest(box.panel, low)),
      End: () => point(model.nearest(box.panel, high)),
      "+": () => zoomAt(here, ZOOM),
      "=": () => zoomAt(here, ZOOM),
      "-": () => zoomAt(here, 1 / ZOOM),
      "0": () => hands.show(undefined),
      Escape: () => point(undefined),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
}
