import type { MorphView } from "../views.ts";
import { drawLatticeMorph } from "./morph/lattice.ts";
import { drawLiveMorph } from "./morph/live.ts";

/** Barycenters between atoms: of any weights, computed in the page, or of those that were computed for it. */
export async function drawMorphView(box: HTMLElement, view: MorphView): Promise<void> {
  const { source } = view;
  if (source.kind === "operator") await drawLiveMorph(box, view, source);
  else await drawLatticeMorph(box, view, source);
}
