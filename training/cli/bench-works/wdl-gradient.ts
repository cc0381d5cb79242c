import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wdlGradient } from "../../../eval/bench/wdl-gradient.ts";
import { writeNpy } from "../../../src/data/npy.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { flagOption, numberOption, textOption } from "../../../src/options.ts";
import { wdlComponent } from "../../components/wdl.ts";
import { loadChoice } from "../datasets.ts";
import { defineWork } from "./work.ts";

export const wdlGradientWork = defineWork({
  description: "One loss and gradient of Wasserstein dictionary learning.",
  options: {
    data: textOption({ description: "images (default: the generated faces)", placeholder: "path" }),
    size: textOption({ description: "resize images to SIZE or WIDTHxHEIGHT", placeholder: "size" }),
    atoms: numberOption({ description: "atoms in the dictionary", default: 5, least: 1, integer: true }),
    iterations: numberOption({ description: "Sinkhorn iterations", default: 5, least: 1, integer: true }),
    gamma: numberOption({ description: "entropic regularisation, in squared pixels", default: 1, above: 0 }),
    alpha: numberOption({ description: "gamma correction of the images", default: 1, above: 0 }),
    heavyBall: numberOption({ description: "heavy-ball exponent tau, -1 < tau <= 0", default: 0, above: -1, most: 0 }),
    unbalanced: numberOption({
      description: "KL strength rho of the marginals (default: balanced)",
      default: undefined,
      above: 0,
    }),
    invert: flagOption("invert intensities"),
    cost: textOption({ description: "ground cost [n, n] in place of the pixel grid, as .npy", placeholder: "file" }),
    dense: flagOption("the pixel grid's costs as such a matrix"),
  },
  peer: "wdl_gradient.py",
  async prepare({ data, size, invert, dense, cost: given, iterations, ...numbers }) {
    const dataset = await loadChoice({ data, size }, wdlComponent);
    const folder = await mkdtemp(join(tmpdir(), "otlearn-bench-"));
    const images = join(folder, "images.npy");
    await writeNpy(images, dataset.values);
    const cost = dense ? join(folder, "cost.npy") : given;
    if (dense) await writeNpy(cost!, grid({ size: dataset.values.shape.slice(1) }).costMatrix());
    const { heavyBall, unbalanced = Infinity, ...same } = numbers;
    const flags = Object.entries({ iterations, ...same, "heavy-ball": heavyBall, unbalanced }).flatMap(
      ([name, value]) => [`--${name}=${value}`], // a value may begin with a minus sign
    );
    return {
      ours: async () => [await wdlGradient(dataset, { ...numbers, invert, cost, sinkhornIterations: iterations })],
      peerArguments: [images, ...flags, ...(invert ? ["--invert"] : []), ...(cost ? [`--cost=${cost}`] : [])],
      release: () => rm(folder, { recursive: true, force: true }),
    };
  },
});
