import { element } from "../element.ts";
import { imagePicture } from "../values-picture.ts";

/** Pixels of a small picture in its file. */
const SIDE = 64;

/**
 * All data points as small pictures, one column each, to choose one by the pointer. Not for the keyboard: beside it stands a choice
 * of the same.
 */
export function drawStrip(
  columns: readonly (readonly ArrayLike<number>[])[],
  shape: readonly number[],
  onChoose: (column: number) => void,
) {
  const items = columns.map((images, index) => {
    const pictures = images.map((values) => {
      const picture = imagePicture(shape, "", SIDE);
      picture.draw(values);
      return picture.element;
    });
    const item = element("button", { type: "button", tabIndex: -1 }, ...pictures);
    item.addEventListener("click", () => onChoose(index));
    return item;
  });
  const strip = element("div", { className: "strip", ariaHidden: "true" }, ...items);
  return {
    element: strip,
    select(chosen: number) {
      items.forEach((item, index) => item.classList.toggle("chosen", index === chosen));
      const { offsetLeft, offsetWidth } = items[chosen];
      strip.scrollLeft = offsetLeft - strip.offsetLeft - (strip.clientWidth - offsetWidth) / 2;
    },
  };
}
