import { rowsOf } from "../../src/tensor/ndarray.ts";
import { formatDecibels } from "../format.ts";
import { unpack } from "../packed.ts";
import type { ReconstructionsView } from "../views.ts";
import { choice } from "./choice.ts";
import { element } from "./element.ts";
import { drawStrip } from "./reconstructions/strip.ts";
import { weightBars } from "./reconstructions/weight-bars.ts";
import { imagesOf } from "./sprite.ts";
import { imagePicture } from "./values-picture.ts";

/** One data point at a time: the input, what each method makes of it, what the two differ by, and its weights. */
export async function drawReconstructionsView(box: HTMLElement, view: ReconstructionsView): Promise<void> {
  const { names, methods } = view;
  const tiles = await imagesOf(view.images);
  const weights = rowsOf(unpack(view.weights), unpack(view.weights).length / names.length);
  const kinds = 1 + methods.length;
  const imageOf = (point: number, kind: number) => tiles[point * kinds + kind];
  const shape = [view.images.height, view.images.width];

  const input = picturePanel(shape, "input");
  const panels = methods.map(({ name }) => ({
    image: picturePanel(shape, name),
    difference: picturePanel(shape, `difference of ${name}`),
  }));
  const bars = weightBars(weights[0].length);
  const chosen = choice("Data point", { "": names });
  const [back, forth] = [button("Previous"), button("Next")];
  const strip = drawStrip(
    names.map((_, point) => [imageOf(point, 0), imageOf(point, 1)]),
    shape,
    (point) => show(point),
  );

  let shown = 0;
  const show = (point: number) => {
    shown = point;
    const original = imageOf(point, 0);
    const differences = methods.map((_, method) => {
      return imageOf(point, method + 1).map((value, pixel) => Math.abs(value - original[pixel]));
    });
    const largest = Math.max(1, ...differences.map((values) => Math.max(...values)));
    input.draw(original, `input: ${names[point]}`);
    panels.forEach(({ image, difference }, method) => {
      const { name, psnr } = methods[method];
      image.draw(imageOf(point, method + 1), `${name}: ${formatDecibels(Number(psnr[point]), 2)}`);
      const scaled = Array.from(differences[method], (value) => (255 * value) / largest);
      difference.draw(scaled, `difference (white: ${largest})`);
    });
    bars.show(weights[point]);
    chosen.select(point);
    strip.select(point);
    back.disabled = point === 0;
    forth.disabled = point === names.length - 1;
  };
  chosen.onChoose(show);
  back.addEventListener("click", () => show(shown - 1));
  forth.addEventListener("click", () => show(shown + 1));

  const columns = panels.map(({ image, difference }) => element("div", {}, image.element, difference.element));
  box.append(
    element("div", { className: "controls" }, chosen.element, back, forth),
    strip.element,
    element("div", { className: "reconstructions" }, element("div", {}, input.element, bars.element), ...columns),
  );
  show(0);
}

function button(label: string): HTMLButtonElement {
  return element("button", { type: "button" }, label);
}

/** An image with a line of words below it, which are its text alternative too. */
function picturePanel(shape: readonly number[], name: string) {
  const picture = imagePicture(shape, name);
  const words = element("p", { className: "words", ariaHidden: "true" });
  return {
    element: element("div", { className: "panel" }, picture.element, words),
    draw(values: ArrayLike<number>, text: string) {
      picture.draw(values);
      picture.element.setAttribute("aria-label", text);
      words.textContent = text;
    },
  };
}
