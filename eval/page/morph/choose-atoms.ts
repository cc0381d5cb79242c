import { element } from "../element.ts";

/** Atoms on the pad and beside sliders at a time. */
export const MOST_SHOWN = 8;

/** For dictionaries of more atoms than can be shown: which ones are. */
export function chooseAtoms(
  names: readonly string[],
  first: readonly number[],
  onChoose: (atoms: number[]) => void,
): HTMLElement[] {
  if (names.length <= MOST_SHOWN) return [];
  const boxes = names.map((_, atom) => element("input", { type: "checkbox", checked: first.includes(atom) }));
  const update = () => {
    const chosen = boxes.flatMap(({ checked }, atom) => (checked ? [atom] : []));
    boxes.forEach((box) => (box.disabled = box.checked ? chosen.length <= 2 : chosen.length >= MOST_SHOWN));
    return chosen;
  };
  update();
  const labels = names.map((name, atom) => element("label", {}, boxes[atom], ` ${name}`));
  const list = element("div", { className: "controls" }, ...labels);
  list.addEventListener("change", () => onChoose(update()));
  return [element("details", {}, element("summary", {}, `Atoms shown (2 to ${MOST_SHOWN})`), list)];
}
