import { rowsOf } from "../../../src/tensor/ndarray.ts";
import { unpack } from "../../packed.ts";
import type { MorphLattice, MorphView } from "../../views.ts";
import { element } from "../element.ts";
import { imagesOf } from "../sprite.ts";
import { choice } from "../choice.ts";
import { frameIndex } from "./frames.ts";
import { curvePicture, imagePicture } from "../values-picture.ts";

/** Two atoms to choose, and a slider that snaps to the barycenters that were computed between them. */
export async function drawLatticeMorph(box: HTMLElement, view: MorphView, source: MorphLattice): Promise<void> {
  const { atoms, steps } = source;
  const label = "Barycenter of two atoms";
  const frames = await framesOf(source, view.shape);
  const picture =
    source.frames.kind === "images"
      ? imagePicture([source.frames.sprite.height, source.frames.sprite.width], label)
      : curvePicture(view.shape[0], label);

  const names = atoms.map((atom) => `atom ${atom + 1}`);
  const [from, to] = [choice("From", { "": names }), choice("to", { "": names })];
  const range = element("input", { type: "range", min: "0", max: String(steps - 1), step: "1" });
  const value = element("span", { className: "value" });
  const chosen = [0, 1];
  const draw = () => {
    const step = Number(range.value);
    const text = `${(100 * (1 - step / (steps - 1))).toFixed(0)} % ${names[chosen[0]]}, ${((100 * step) / (steps - 1)).toFixed(0)} % ${names[chosen[1]]}`;
    value.textContent = text;
    range.setAttribute("aria-valuetext", text);
    picture.draw(frames[frameIndex(chosen, step, atoms.length, steps)]);
    picture.element.setAttribute("data-frame", text);
  };
  [from, to].forEach((end, index) => {
    end.select(chosen[index]);
    end.onChoose((atom) => {
      const other = 1 - index;
      if (chosen[other] === atom) {
        chosen[other] = chosen[index]; // ends change places
        [from, to][other].select(chosen[other]);
      }
      chosen[index] = atom;
      draw();
    });
  });
  range.value = String((steps - 1) / 2);
  range.addEventListener("input", draw);
  const slider = element("label", {}, element("span", {}, "Weight"), range, value);
  const sliders = element("div", { className: "sliders" }, slider);
  box.append(
    element("div", { className: "controls" }, from.element, to.element),
    element(
      "div",
      { className: "morph" },
      element("div", { className: "morph-picture" }, picture.element),
      element("div", { className: "morph-controls" }, sliders),
    ),
  );
  draw();
}

async function framesOf({ frames }: MorphLattice, shape: readonly number[]): Promise<ArrayLike<number>[]> {
  return frames.kind === "curves" ? rowsOf(unpack(frames.values), shape[0]) : imagesOf(frames.sprite);
}
