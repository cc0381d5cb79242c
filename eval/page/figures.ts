import type { View } from "../views.ts";
import { dataTables } from "./data.ts";
import { drawView } from "./draw.ts";
import { element } from "./element.ts";
import { saveButtons } from "./save-drawing.ts";
import { addDataTable } from "./table.ts";

/**
 * Draws all views of a page, one after the other with time for the reader between them. What is folded up is drawn once it is
 * opened, as it has no width before. A view that cannot be drawn says why in its place and costs nothing else. The page tells by
 * `data-drawn` when all has been drawn that can be seen.
 */
export async function drawAll(page: Document): Promise<void> {
  const views = JSON.parse(page.getElementById("views")?.textContent ?? "[]") as View[];
  for (const box of page.querySelectorAll<HTMLElement>(".view")) {
    const view = views[Number(box.dataset["view"])];
    const folded = box.closest<HTMLDetailsElement>("details:not([open])");
    if (folded) folded.addEventListener("toggle", () => void drawFigure(box, view), { once: true });
    else await drawFigure(box, view);
    await nextFrame();
  }
  page.documentElement.dataset["drawn"] = "";
}

/**
 * Draws one view into its box; below its caption come buttons that save it and its data as text. The box tells by `data-state` when it
 * is done.
 */
async function drawFigure(box: HTMLElement, view: View): Promise<void> {
  const drawing = element("div", { className: "drawing" });
  drawing.setAttribute("role", "group");
  drawing.setAttribute("aria-label", box.dataset["alt"] ?? "");
  box.replaceChildren(drawing);
  const figure = box.closest("figure") ?? box;
  figure.querySelector(":scope > .tools")?.remove();
  const tools = element("div", { className: "tools" });
  const name = fileName(box.closest("section")?.querySelector("h2")?.textContent ?? document.title);
  try {
    await drawView(drawing, view);
    tools.append(...saveButtons(drawing, name));
    box.dataset["state"] = "drawn";
  } catch (error) {
    drawing.replaceChildren(element("p", { textContent: `This figure cannot be drawn: ${String(error)}` }));
    box.dataset["state"] = "failed";
  }
  addDataTable(tools, dataTables(view), name);
  figure.append(tools);
}

/** A title as a file is named: "Barycentric path" becomes "barycentric-path". */
function fileName(title: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  return words?.join("-") ?? "figure";
}

function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
