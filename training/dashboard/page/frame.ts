import { element } from "../../../eval/page/element.ts";

/** A report in a frame of its own origin, that sees nothing of this page; with a link to look at it alone. */
export function reportFrame(title: string): { readonly box: HTMLElement; show(address: string | undefined): void } {
  const frame = element("iframe", { title });
  frame.setAttribute("sandbox", "allow-scripts allow-downloads");
  const link = element("a", { target: "_blank", rel: "noreferrer" }, `${title} in a tab of its own`);
  const box = element("section", { hidden: true }, element("h2", {}, title), frame, element("p", {}, link));
  return {
    box,
    show(address) {
      box.hidden = address === undefined;
      if (address === undefined || frame.getAttribute("src") === address) return;
      frame.src = address;
      link.href = address;
    },
  };
}
