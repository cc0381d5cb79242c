import type { Geometry } from "../../src/geometry/geometry.ts";
import type { GridGeometry } from "../../src/geometry/grid.ts";
import type { BarycenterBatch } from "../../src/native/barycenter.ts";
import { nativeStatus, type NativeAddon } from "../../src/native/loader.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../../src/transport/barycenter/options.ts";
import { checkProblem } from "../../src/transport/barycenter/problem.ts";
import { problemOf } from "./factors-problem.ts";
import type { LossName } from "./losses.ts";
import type { BarycenterOperator, DataTerm, Factors } from "./operator.ts";
import { hostOperator } from "./operator-host.ts";

/** Kernel entries below exp(-87) are no normal float32, those below exp(-708) no normal float64. */
const FLOAT32_EXPONENT = 87;
const FLOAT64_EXPONENT = 708;

/** Losses that the native kernels compute themselves. */
const NATIVE_LOSSES: Partial<Readonly<Record<LossName, number>>> = { tv: 0, quadratic: 1, kl: 2 };

/**
 * The operator by the native kernels: float32, and float64 for the data points whose scalings leave the range in which
 * the banded float32 kernel is exact. What float64 does not hold either is computed by the host engine in the log domain.
 * Rounding of the float32 barycenters is about 1e-6 times the sum of |lambda_s|: more where weights are far below zero.
 *
 * Undefined where the addon is absent or does not cover the case: balanced, no heavy-ball, 1-D and 2-D grids, no domain
 * asked for.
 */
export function nativeOperator(geometry: Geometry, options: BarycenterOptions): BarycenterOperator | undefined {
  const { addon } = nativeStatus();
  const { heavyBall = 0, rho = Infinity, domain = "auto" } = options;
  const covered = heavyBall === 0 && rho === Infinity && domain === "auto";
  if (!addon || !covered || !isPlane(geometry)) return undefined;
  return new NativeOperator(addon, geometry, options);
}

function isPlane(geometry: Geometry): geometry is GridGeometry {
  return geometry.kind === "grid" && (geometry as GridGeometry).size.length <= 2;
}

type Outputs = Partial<Omit<BarycenterBatch, "points" | "atoms" | "weights" | "start" | "done">>;

class NativeOperator implements BarycenterOperator {
  readonly name: string;
  readonly #host: BarycenterOperator;
  readonly #run: (factors: Factors, start: Float32Array | undefined, outputs: Outputs) => number[];
  readonly #pixels: number;

  constructor(addon: NativeAddon, geometry: GridGeometry, options: BarycenterOptions) {
    const { instructionSet, threads } = addon.describe();
    this.name = `native float32 (${instructionSet}, ${threads} threads)`;
    this.#host = hostOperator(geometry, options, "float32");
    const resolved = resolveBarycenterOptions(options);
    const pixels = (this.#pixels = geometry.shape[0]);
    const settings = planSettings(geometry, options);
    let plan: { readonly atoms: number; readonly native: ReturnType<NativeAddon["createBarycenter"]> } | undefined;
    this.#run = (factors, start, outputs) => {
      checkProblem(problemOf(geometry, factors, start, 1), resolved);
      const { atoms, weights } = factors;
      const count = atoms.length / pixels;
      if (plan?.atoms !== count) plan = { atoms: count, native: addon.createBarycenter({ ...settings, atoms: count }) };
      const points = weights.length / count;
      if (points === 0) return [];
      const done = new Uint8Array(points);
      addon.runBarycenter(plan.native, { ...NO_OUTPUTS, loss: 0, ...outputs, points, atoms, weights, start, done });
      return Array.from(done.keys()).filter((point) => !done[point]);
    };
  }

  async lossAndGradient(factors: Factors, start: Float32Array | undefined, term: DataTerm) {
    const loss = NATIVE_LOSSES[term.name];
    if (loss === undefined) return this.#host.lossAndGradient(factors, start, term);
    const losses = new Float64Array(term.data.length / this.#pixels);
    const gradient = {
      atoms: new Float64Array(factors.atoms.length),
      weights: new Float64Array(factors.weights.length),
    };
    const outputs = {
      loss,
      targets: term.data,
      losses,
      gradientAtoms: gradient.atoms,
      gradientWeights: gradient.weights,
    };
    const left = this.#run(factors, start, outputs);
    for (const point of left) {
      const one = await this.#host.lossAndGradient(...this.#only(point, factors, start, term));
      losses[point] = one.value;
      one.gradient.atoms.forEach((value, index) => (gradient.atoms[index] += value));
      gradient.weights.set(one.gradient.weights, point * one.gradient.weights.length);
    }
    return { value: losses.reduce((sum, value) => sum + value, 0), gradient };
  }

  async logScalings(factors: Factors, start: Float32Array | undefined): Promise<Float32Array> {
    const count = factors.atoms.length / this.#pixels;
    const logScalings = new Float32Array(factors.weights.length * this.#pixels);
    for (const point of this.#run(factors, start, { logScalings })) {
      const [one, oneStart] = this.#only(point, factors, start);
      logScalings.set(await this.#host.logScalings(one, oneStart), point * count * this.#pixels);
    }
    return logScalings;
  }

  async barycenters(factors: Factors, start?: Float32Array): Promise<Float64Array> {
    const count = factors.atoms.length / this.#pixels;
    const barycenters = new Float64Array((factors.weights.length / count) * this.#pixels);
    for (const point of this.#run(factors, start, { barycenters })) {
      const [one, oneStart] = this.#only(point, factors, start);
      barycenters.set(await this.#host.barycenters(one, oneStart), point * this.#pixels);
    }
    return barycenters;
  }

  /** The problem of one data point alone. */
  #only(point: number, factors: Factors, start: Float32Array | undefined, term?: DataTerm) {
    const pixels = this.#pixels;
    const count = factors.atoms.length / pixels;
    const row = <T extends Float32Array | Float64Array>(array: T, length: number) =>
      array.subarray(point * length, (point + 1) * length) as T;
    return [
      { atoms: factors.atoms, weights: row(factors.weights, count) },
      start && row(start, count * pixels),
      {
        name: term?.name ?? "kl",
        data: term ? row(term.data, pixels) : new Float64Array(0),
        evaluate: (_index: number, p: Float64Array, gradient: Float64Array) => term!.evaluate(point, p, gradient),
      } satisfies DataTerm,
    ] as const;
  }
}

const NO_OUTPUTS = {
  targets: undefined,
  barycenters: undefined,
  logScalings: undefined,
  losses: undefined,
  gradientAtoms: undefined,
  gradientWeights: undefined,
} as const;

/** The one-dimensional kernels of both axes, and where each precision cuts them off. */
function planSettings({ size, spacing }: GridGeometry, { epsilon, iterations }: BarycenterOptions) {
  const [height, width] = size.length === 1 ? [1, size[0]] : size;
  const [stepDown, stepAcross] = size.length === 1 ? [1, spacing[0]] : spacing;
  const radius = (extent: number, step: number, exponent: number) =>
    Math.min(extent - 1, Math.floor(Math.sqrt(exponent * epsilon) / step));
  const taps = (count: number, step: number) =>
    Float64Array.from({ length: count + 1 }, (_, d) => Math.exp(-((d * step) ** 2) / epsilon));
  const radius64Vertical = radius(height, stepDown, FLOAT64_EXPONENT);
  const radius64Horizontal = radius(width, stepAcross, FLOAT64_EXPONENT);
  return {
    height,
    width,
    iterations,
    radius32Vertical: radius(height, stepDown, FLOAT32_EXPONENT),
    radius32Horizontal: radius(width, stepAcross, FLOAT32_EXPONENT),
    radius64Vertical,
    radius64Horizontal,
    tapsVertical: taps(radius64Vertical, stepDown),
    tapsHorizontal: taps(radius64Horizontal, stepAcross),
  };
}
