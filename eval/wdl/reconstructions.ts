import { sizeOf } from "../../src/tensor/ndarray.ts";
import { jsonNumber } from "../format.ts";
import { pack } from "../packed.ts";
import { spriteOf } from "../pictures/sprite.ts";
import type { ReconstructionsView } from "../views.ts";
import type { WdlFindings } from "./findings.ts";

/** Of all images together, so that a page stays small: some 2 MB of PNG. */
const MOST_PIXELS = 4e6;
const MOST_POINTS = 500;

/** Data points that a page can show beside their reconstructions, the first ones. */
export function reconstructionsShown({ setup, methods }: WdlFindings): number {
  const each = (1 + methods.length) * sizeOf(setup.pointShape);
  return Math.min(setup.points, MOST_POINTS, Math.floor(MOST_PIXELS / each));
}

/** Inputs and reconstructions to look at one by one; undefined where not even one fits into a page. */
export async function reconstructionsView(findings: WdlFindings): Promise<ReconstructionsView | undefined> {
  const { setup, options, factors, methods, inputs, names } = findings;
  const count = reconstructionsShown(findings);
  if (count === 0) return undefined;
  const [height, width] = setup.pointShape;
  const pixels = height * width;
  const stacks = [inputs, ...methods.map(({ images }) => images)];
  const images = Array.from({ length: count }, (_, point) =>
    stacks.map(({ data }) => Uint8Array.from(data.subarray(point * pixels, (point + 1) * pixels))),
  );
  return {
    kind: "reconstructions",
    names: names.slice(0, count),
    weights: pack(factors.weights.slice(0, count * options.atoms)),
    methods: methods.map(({ name, psnr }) => ({ name, psnr: Array.from(psnr.subarray(0, count), jsonNumber) })),
    images: await spriteOf(images.flat(), width, height),
  };
}
