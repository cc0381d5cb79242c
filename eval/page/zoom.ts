import type { View } from "vega";
import type { Window } from "../pictures/window.ts";
import { element } from "./element.ts";

/** How much nearer a press of the button goes. */
const FACTOR = 1.5;

/**
 * The parameter of a Vega-Lite chart with x and y that lets it be zoomed: by dragging with a mouse, and by the wheel with the
 * control key (two fingers on a touch pad), so that a page still scrolls.
 */
export function zoomable() {
  const mouse = "[mousedown, window:mouseup] > window:mousemove!";
  const select = { type: "interval", encodings: ["x", "y"], translate: mouse, zoom: "wheel![event.ctrlKey]" } as const;
  return { name: "zoom", select, bind: "scales" } as const;
}

/** Buttons for what `zoomable` does, for keyboards and fingers. */
export function zoomButtons(view: View, whole: Window): HTMLElement[] {
  const set = async ({ x, y }: Window) => void (await view.signal("zoom_x", x).signal("zoom_y", y).runAsync());
  const scaled = (by: number) => () => {
    const around = (axis: "x" | "y"): [number, number] => {
      const [low, high] = view.scale(axis).domain() as [number, number];
      const [middle, half] = [(low + high) / 2, (by * (high - low)) / 2];
      return [middle - half, middle + half];
    };
    return set({ x: around("x"), y: around("y") });
  };
  return [
    button("+", "Zoom in", scaled(1 / FACTOR)),
    button("−", "Zoom out", scaled(FACTOR)),
    button("Reset", "Reset the zoom", () => set(whole)),
  ];
}

function button(text: string, label: string, press: () => Promise<void>): HTMLElement {
  const made = element("button", { type: "button" }, text);
  made.setAttribute("aria-label", label);
  made.addEventListener("click", () => void press());
  return made;
}
