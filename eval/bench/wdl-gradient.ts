import { rm } from "node:fs/promises";
import { join } from "node:path";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { setUpWdl } from "../../models/wdl/setup.ts";
import { wdlOptions } from "../../models/wdl/options.ts";
import { softmax } from "../../models/wdl/simplex.ts";
import type { SampleDataset } from "../../src/data/dataset.ts";
import { numbered, samplesOf } from "../../src/data/dataset.ts";
import { loadData } from "../../src/data/load.ts";
import { loadDataset } from "../../src/data/registry.ts";
import { barycenterGradientCost } from "../../src/transport/barycenter/cost.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";
import { writeNpy } from "../../src/data/npy.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { denseGeometry } from "../../src/geometry/dense.ts";
import { grid } from "../../src/geometry/grid.ts";
import { flagOption, numberOption, resolveOptions, textOption } from "../../src/options.ts";
import { defineWork, temporaryFolder } from "./work.ts";

export const wdlGradientWork = defineWork({
  description: "One loss and gradient of Wasserstein dictionary learning.",
  options: {
    data: textOption({ description: "images (default: the generated faces)", placeholder: "path" }),
    size: textOption({ description: "resize images to SIZE or WIDTHxHEIGHT", placeholder: "size" }),
    copies: numberOption({ description: "of each image, for more work", default: 1, least: 1, integer: true }),
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
    debiased: flagOption("debiased barycenters"),
    invert: flagOption("invert intensities"),
    cost: textOption({ description: "ground cost [n, n] in place of the pixel grid, as .npy", placeholder: "file" }),
    dense: flagOption("the pixel grid's costs as such a matrix"),
  },
  peer: "wdl_gradient.py",
  peerDevices: true,
  async costs({ data, size, copies, dense, cost, iterations, gamma, heavyBall, unbalanced, debiased, atoms }) {
    const { shape } = (await imagesOf(data, size)).values;
    const pixels = grid({ size: shape.slice(1) });
    const isDense = dense || cost !== undefined;
    const geometry = isDense ? denseGeometry(pixels.costMatrix()) : pixels;
    const options = { epsilon: gamma, iterations, heavyBall, rho: unbalanced ?? Infinity, debiased };
    const images = copies * shape[0];
    const counted = barycenterGradientCost(geometry, options, { points: images, atoms });
    return [{ work: "wdl_gradient", kernel: isDense ? "dense" : "separable", images, ...counted }];
  },
  async prepare({ data, size, copies, invert, debiased, dense, cost: matrix, iterations, ...numbers }) {
    const dataset = repeated(await imagesOf(data, size), copies);
    const folder = await temporaryFolder();
    const images = join(folder, "images.npy");
    await writeNpy(images, dataset.values);
    const cost = dense ? join(folder, "cost.npy") : matrix;
    if (dense) await writeNpy(cost!, grid({ size: dataset.values.shape.slice(1) }).costMatrix());
    const { heavyBall, unbalanced = Infinity, ...same } = numbers;
    const flags = Object.entries({ iterations, ...same, "heavy-ball": heavyBall, unbalanced }).flatMap(
      ([name, value]) => [`--${name}=${value}`], // a value may begin with a minus sign
    );
    const switches = { "--invert": invert, "--debiased": debiased };
    const given = { ...numbers, invert, debiased, cost, sinkhornIterations: iterations };
    return {
      ours: async () => [await wdlGradient(dataset, given)],
      peerArguments: [
        images,
        ...flags,
        ...Object.entries(switches).flatMap(([name, on]) => (on ? [name] : [])),
        ...(cost ? [`--cost=${cost}`] : []),
      ],
      release: () => rm(folder, { recursive: true, force: true }),
    };
  },
});

interface WdlGradientSettings {
  readonly sinkhornIterations: number;
  readonly gamma: number;
  readonly alpha: number;
  readonly heavyBall: number;
  readonly unbalanced: number | undefined;
  readonly debiased: boolean;
  readonly invert: boolean;
  /** File of a ground cost [n, n] in the place of the pixel grid. */
  readonly cost: string | undefined;
  readonly atoms: number;
  readonly repeat: number;
}

/**
 * One loss and gradient of Wasserstein dictionary learning with the KL loss, through the softmax of atoms and weights,
 * from the start alpha[s,k] = frac((s+1)(k+1) golden), beta[i,s] = frac((iS+s) golden).
 */
async function wdlGradient(dataset: SampleDataset, settings: WdlGradientSettings): Promise<BenchResult> {
  const { repeat, ...given } = settings;
  const setup = await setUpWdl(resolveOptions(wdlOptions, given), dataset);
  const { pixels, atoms: count, term, operator } = setup.problem;
  const alpha = Float64Array.from({ length: count * pixels }, (_, i) => {
    return ((Math.floor(i / pixels) + 1) * ((i % pixels) + 1) * GOLDEN) % 1;
  });
  const beta = Float64Array.from({ length: setup.points * count }, (_, i) => (i * GOLDEN) % 1);
  const inputsOf = (factors: Factors) => barycenterInputs(setup.problem, factors);
  const { timing, value } = await best(repeat, async () => {
    const factors = { atoms: softmax.forward(alpha, pixels), weights: softmax.forward(beta, count) };
    const { value: loss, gradient } = await operator.lossAndGradient(inputsOf(factors), term);
    return {
      loss,
      alpha: softmax.backward(gradient.atoms, factors.atoms, pixels),
      beta: softmax.backward(gradient.weights, factors.weights, count),
    };
  });
  const [height, width = 1] = setup.pointShape.slice(-2);
  const depth = setup.pointShape.at(-3);
  const { sinkhornIterations: iterations } = settings;
  return {
    work: "wdl_gradient",
    images: setup.points,
    ...(depth === undefined ? {} : { depth }),
    height: height,
    width,
    kernel: settings.cost === undefined ? "separable" : "dense",
    iterations,
    variant: variantName(settings),
    dtype: operator.name,
    loss: value.loss,
    norm_alpha: norm(value.alpha), // for comparison; no part of the work
    norm_beta: norm(value.beta),
    ...timing,
  };
}

/** Of a path, or the generated faces. */
async function imagesOf(path: string | undefined, size: string | undefined): Promise<SampleDataset> {
  return samplesOf(
    path === undefined ? await loadDataset("faces", { size }) : await loadData(path, { size, masses: true }),
  );
}

/** All samples so many times over. */
function repeated(dataset: SampleDataset, copies: number): SampleDataset {
  const { data, shape } = dataset.values;
  const values = new Float64Array(copies * data.length);
  for (let copy = 0; copy < copies; copy++) values.set(data, copy * data.length);
  const count = copies * shape[0];
  return { ...dataset, values: ndarray(values, [count, ...shape.slice(1)]), names: numbered(count) };
}

function variantName({ heavyBall, unbalanced, debiased }: WdlGradientSettings): string {
  const variants = { "heavy-ball": heavyBall !== 0, unbalanced: unbalanced !== undefined, debiased };
  const names = Object.entries(variants).flatMap(([name, on]) => (on ? [name] : []));
  return names.join(", ") || "plain";
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
