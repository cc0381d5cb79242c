import { save } from "../../../eval/page/download.ts";
import { element } from "../../../eval/page/element.ts";
import { drawLiveMorph } from "../../../eval/page/morph/live.ts";
import type { MorphOperator } from "../../../eval/views.ts";
import type { Learned } from "./messages.ts";

export interface Result {
  readonly box: HTMLElement;
  clear(): void;
  show(learned: Learned): void;
}

/** What was learned: barycenters between the atoms, and the files. */
export function result(): Result {
  const morph = element("div");
  const downloads = element("div", { className: "controls" });
  const box = element(
    "section",
    { hidden: true },
    element("h2", {}, "Between the atoms"),
    element("p", {}, "Drag the handle, or move it by the arrow keys: the barycenter of the atoms is computed at once."),
    morph,
    element("h2", {}, "Take it with you"),
    downloads,
    element("p", {}, element("code", {}, "otlearn eval run.zip"), " evaluates the run that was downloaded."),
  );
  return {
    box,
    clear() {
      box.hidden = true;
      morph.replaceChildren();
      downloads.replaceChildren();
    },
    show({ files, morph: view }) {
      box.hidden = false;
      void drawLiveMorph(morph, view, view.source as MorphOperator);
      downloads.replaceChildren(
        ...Object.entries(files).map(([name, bytes]) => {
          const button = element("button", { type: "button" }, `Download ${name}`);
          button.addEventListener("click", () => save(name, new Blob([bytes])));
          return button;
        }),
      );
    },
  };
}
