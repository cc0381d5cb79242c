// Sinkhorn for a batch of pairs by the native addon: tensors of tfjs' `wasm` backend are read and written where they lie in
// its heap. The results are those of the composed operations within float32, and constants of the tape.
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { KernelSource, TensorKernel } from "../../geometry/geometry.ts";
import { activeNative } from "../../native/active.ts";
import type { NativeAddon } from "../../native/loader.ts";
import type { DenseCost, SinkhornProblem, SinkhornReport } from "../../native/sinkhorn.ts";
import { heapOf, offsetOf } from "../../native/wasm-memory.ts";
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

const BACKEND = "wasm";
const NONE = -1;
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
    const [f, g] = [output(a), output(b)];
    const report = solve(solver, { a, b, start: run.start, f, g }, a.size / kernel.shape[0], run);
    return { ...report, f: asTensor(f), g: asTensor(g) };
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
    const f = output(a);
    const run = { iterations, domain, momentum: 0.5, output: "kl", symmetric: true } as const;
    solve(solver, { a, b: a, f }, a.size / kernel.shape[0], run);
    return asTensor(f);
  });
}

interface Tensors {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
  readonly start?: tf.Tensor | undefined;
  readonly f: tf.TensorInfo;
  readonly g?: tf.TensorInfo;
}

/** The addon's solver for one kernel. */
type Solver = (heap: Uint8Array, problem: SinkhornProblem) => SinkhornReport;

function solverFor(kernel: TensorKernel): Solver | undefined {
  const { source, epsilon } = kernel;
  const addon = source && tf.getBackend() === BACKEND ? activeNative() : undefined;
  if (!addon) return undefined;
  switch (source!.kind) {
    case "grid": {
      const { size, spacing } = source!;
      return (heap, problem) => addon.sinkhornOnGrid(heap, { ...problem, epsilon, size, spacing });
    }
    case "dense": {
      const { cost } = source!;
      const plan = densePlan(addon, kernel, source!);
      return plan && ((heap, problem) => addon.sinkhornOnDense(heap, { ...problem, plan, cost }));
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

function solve(
  solver: Solver,
  { a, b, start, f, g }: Tensors,
  pairs: number,
  run: NativeRun & { readonly symmetric?: boolean },
): SinkhornReport {
  const backend = tf.backend() as BackendWasm;
  // dataIdMap.get brings a tensor here that lies on another backend
  const offset = (tensor?: tf.TensorInfo): number => (tensor ? offsetOf(backend, tensor) : NONE);
  const input = (tensor?: tf.Tensor): number => offset(tensor && tf.cast(tensor, "float32"));
  const problem = {
    pairs,
    iterations: run.iterations,
    checkEvery: run.checkEvery ?? 0,
    tolerance: run.tolerance ?? 0,
    momentum: run.momentum ?? 1,
    domain: DOMAINS[run.domain],
    output: OUTPUTS[run.output ?? "potentials"],
    symmetric: run.symmetric ?? false,
    a: input(a),
    b: input(b),
    start: input(start),
    f: offset(f),
    g: offset(g),
  };
  return solver(heapOf(backend), problem);
}

function output({ shape }: tf.Tensor): tf.TensorInfo {
  return (tf.backend() as BackendWasm).makeOutput(shape, "float32");
}

function asTensor(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}
