import { sizeOf } from "../../src/tensor/ndarray.ts";
import { jsonNumber } from "../format.ts";
import { pack } from "../packed.ts";
import { spriteOf } from "../pictures/sprite.ts";
import type { ReconstructionsView } from "../views.ts";
import type { WdlSetup } from "../../models/wdl/setup.ts";
import type { WdlFindings } from "./findings.ts";

/** Of all images together, so that a page stays small: some 2 MB of PNG. */
const MOST_PIXELS = 4e6;
const MOST_POINTS = 500;

/** Data points that can be shown beside their reconstructions, the first ones; at least one, however large it is. */
export function reconstructionsShown({ points, pointShape }: WdlSetup, methods: number): number {
  const each = (1 + methods) * sizeOf(pointShape);
  return Math.min(points, MOST_POINTS, Math.max(1, Math.floor(MOST_PIXELS / each)));
}

/** Inputs and reconstructions to look at one by one. */
export async function reconstructionsView(findings: WdlFindings): Promise<ReconstructionsView> {
  const { options, factors, methods, inputs, names } = findings;
  const [count, height, width] = inputs.shape;
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
