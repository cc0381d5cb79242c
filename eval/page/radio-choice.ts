import { element } from "./element.ts";

let groups = 0;

/** A row of which the reader chooses one: radio buttons, so that arrow keys work as everywhere. The first one is chosen. */
export function radioChoice(label: string, options: readonly string[], chosen: (index: number) => void): HTMLElement {
  const name = `choice-${++groups}`;
  const buttons = options.map((text, index) => {
    const input = element("input", { type: "radio", name, checked: index === 0 });
    input.addEventListener("change", () => chosen(index));
    return element("label", {}, input, element("span", {}, text));
  });
  return element("fieldset", { className: "choice" }, element("legend", {}, label), ...buttons);
}
