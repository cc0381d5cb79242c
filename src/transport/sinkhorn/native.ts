// Sinkhorn for a batch of pairs by the native addon, on tensors of any backend of the host. The results are those of the
// composed operations within float32, and constants of the tape.
import * as tf from "@tensorflow/tfjs-core";
import type { KernelSource, TensorKernel } from "../../geometry/geometry.ts";
import { nativeStatus, type NativeAddon } from "../../native/loader.ts";
import type { DenseCost, SinkhornProblem, SinkhornReport } from "../../native/sinkhorn.ts";
import { runOnTensors } from "../../native/tensor-memory.ts";
import { isOnHost } from "../../tensor/placement.ts";
import type { SinkhornDomain } from "./options.ts";

/** What to run on a [..., n] and b [..., m]. */
interface NativeRun {
  readonly iterations: number;
  readonly domain: SinkhornDomain;
  /** g [..., m] in cost units. @default gKL = 0 */
  readonly start?: tf.Tensor;
  /** Iterations from one stopping test to the next. @default no tests */
  readonly checkEvery?: number;
  readonly tolerance?: number;
  readonly momentum?: number;
  /** `kl`: fKL from one more half step and gKL, finite at zero masses. @default "potentials" */
  readonly output?: keyof typeof OUTPUTS;
}

interface NativeSolution extends SinkhornReport {
  readonly f: tf.Tensor;
  readonly g: tf.Tensor;
}

/** Numbered as `SinkhornProblem` says. */
const DOMAINS: Readonly<Record<SinkhornDomain, number>> = { auto: 0, log: 1, scaling: 2 };
const OUTPUTS = { potentials: 0, kl: 1 } as const;

/** Whether operations are being recorded for a gradient: what runs natively would not be. */
export function isTaped(): boolean {
  return tf.engine().isTapeOn();
}

/** Undefined where the addon, the backend or the geometry does not allow it. */
export function nativeSinkhorn(
  kernel: TensorKernel,
  a: tf.Tensor,
  b: tf.Tensor,
  run: NativeRun,
): NativeSolution | undefined {
  const solver = solverFor(kernel);
  if (!solver) return undefined;
  return tf.tidy(() => {
    const problem = problemOf(run, a.size / kernel.shape[0]);
    const { outputs, result } = runOnTensors([a, b, run.start], [a.shape, b.shape], ([a, b, start], [f, g]) =>
      solver({ ...problem, a, b, start, f, g }),
    );
    const [f, g] = outputs.map(asTensor);
    return { ...result, f, g };
  });
}

/** fKL [..., n] of the problem (a, a) by averaged updates, all iterations from fKL = 0; undefined as above. */
export function nativeSelfPotential(
  kernel: TensorKernel,
  a: tf.Tensor,
  iterations: number,
  domain: SinkhornDomain,
): tf.Tensor | undefined {
  const solver = solverFor(kernel);
  if (!solver) return undefined;
  return tf.tidy(() => {
    const run = { iterations, domain, momentum: 0.5, output: "kl", symmetric: true } as const;
    const problem = problemOf(run, a.size / kernel.shape[0]);
    const { outputs } = runOnTensors([a], [a.shape], ([a], [f]) =>
      solver({ ...problem, a, b: a, start: undefined, f, g: undefined }),
    );
    return asTensor(outputs[0]);
  });
}

/** The addon's solver for one kernel. */
type Solver = (problem: SinkhornProblem) => SinkhornReport;

function solverFor(kernel: TensorKernel): Solver | undefined {
  const { source, epsilon } = kernel;
  const addon = source && isOnHost() ? nativeStatus().addon : undefined;
  if (!addon) return undefined;
  switch (source!.kind) {
    case "grid": {
      const { size, spacing } = source!;
      return (problem) => addon.sinkhornOnGrid({ ...problem, epsilon, size, spacing });
    }
    case "dense": {
      const { cost } = source!;
      const plan = densePlan(addon, kernel, source!);
      return plan && ((problem) => addon.sinkhornOnDense({ ...problem, plan, cost }));
    }
  }
}

const densePlans = new WeakMap<KernelSource, DenseCost>();

/** Packed once for all calls with a kernel; undefined where epsilon is too small for the addon. */
function densePlan(addon: NativeAddon, kernel: TensorKernel, source: KernelSource): DenseCost | undefined {
  const [n, m] = kernel.shape;
  const plan =
    densePlans.get(source) ?? addon.createDenseCost({ n, m, epsilon: kernel.epsilon, largest: kernel.maxCost });
  if (plan) densePlans.set(source, plan);
  return plan;
}

function problemOf(run: NativeRun & { readonly symmetric?: boolean }, pairs: number) {
  return {
    pairs,
    iterations: run.iterations,
    checkEvery: run.checkEvery ?? 0,
    tolerance: run.tolerance ?? 0,
    momentum: run.momentum ?? 1,
    domain: DOMAINS[run.domain],
    output: OUTPUTS[run.output ?? "potentials"],
    symmetric: run.symmetric ?? false,
  };
}

function asTensor(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}
