// The native addon, on tensors of any backend of the host: float32 scalings as long as these are exact to rounding, and float64
// logarithms (grids) or floats with integer exponents (dense costs) from there. Each pair stops by itself.
import * as tf from "@tensorflow/tfjs-core";
import { costShift, isDense, isGrid, nonNegativeCost, type TensorKernel } from "../../geometry/geometry.ts";
import { nativeStatus } from "../../native/loader.ts";
import type { SinkhornProblem, SinkhornReport } from "../../native/sinkhorn.ts";
import { runOnTensors } from "../../native/tensor-memory.ts";
import type { FixedRun, SinkhornBatch, SinkhornEngine, ToleranceRun } from "./engine.ts";

/** Undefined where there is no addon, or where epsilon is too small for it. */
export function nativeEngine(kernel: TensorKernel): SinkhornEngine | undefined {
  const solver = solverOf(kernel);
  if (!solver) return undefined;
  const pairsOf = (masses: tf.Tensor): number => masses.size / kernel.shape[0];

  function run({ a, b }: SinkhornBatch, start: tf.Tensor | undefined, settings: Settings) {
    const { outputs, result } = runOnTensors([a, b, start], [a.shape, b.shape], ([first, second, g0], [f, g]) =>
      solver!({ ...settings, pairs: pairsOf(a), a: first, b: second, start: g0, f, g }),
    );
    const [f, g] = outputs.map(asTensor);
    return { ...result, f, g };
  }

  return {
    iterate(batch, start, rule) {
      const { f, g } = run(batch, start, settingsOf(rule));
      return { f, g };
    },
    klPotentials(batch, rule) {
      const { f, g } = run(batch, undefined, { ...settingsOf(rule), output: KL_POTENTIALS });
      return { fKL: f, gKL: g };
    },
    selfPotential(a, rule) {
      const settings = { ...settingsOf(rule), output: KL_POTENTIALS, symmetric: true, momentum: 0.5 };
      const { outputs } = runOnTensors([a], [a.shape], ([masses], [f]) =>
        solver({ ...settings, pairs: pairsOf(a), a: masses, b: masses, start: undefined, f, g: undefined }),
      );
      return asTensor(outputs[0]);
    },
    solve: async (batch, start, rule) => run(batch, start, { ...settingsOf(rule), ...testsOf(rule) }),
  };
}

/** What is not of the tensors. */
type Settings = Omit<SinkhornProblem, "pairs" | "a" | "b" | "start" | "f" | "g">;

/** Numbered as `SinkhornProblem` says. */
const DOMAINS = { auto: 0, log: 1, scaling: 2 } as const;
const KL_POTENTIALS = 1;

function settingsOf({ iterations, domain, rho }: FixedRun): Settings {
  const penalties = rho && { rhoA: rho.a, rhoB: rho.b };
  const plain = { checkEvery: 0, tolerance: 0, momentum: 1, output: 0, symmetric: false, ...penalties };
  return { ...plain, iterations, domain: DOMAINS[domain] };
}

function testsOf({ checkEvery, tolerance, momentum }: ToleranceRun): Partial<Settings> {
  return { checkEvery, tolerance, momentum };
}

function solverOf(kernel: TensorKernel): ((problem: SinkhornProblem) => SinkhornReport) | undefined {
  const { addon } = nativeStatus();
  const { geometry, epsilon } = kernel;
  if (addon && isGrid(geometry)) {
    const { size, spacing } = geometry;
    return (problem) => addon.sinkhornOnGrid({ ...problem, epsilon, size, spacing });
  }
  if (addon && isDense(geometry)) {
    const [n, m] = geometry.shape;
    const shift = costShift(geometry);
    const cost = nonNegativeCost(geometry);
    const plan = addon.createDenseCost({ n, m, epsilon, largest: geometry.maxCost - shift });
    if (!plan || shift === 0) return plan && ((problem) => addon.sinkhornOnDense({ ...problem, plan, cost }));
    return (problem) => {
      const report = addon.sinkhornOnDense({ ...problem, plan, cost });
      // f + g follows the costs; where both are one potential, half of the shift is each one's
      addTo(problem.f, problem.symmetric ? shift / 2 : shift);
      return report;
    };
  }
  return undefined;
}

function addTo(values: Float32Array, shift: number): void {
  for (let at = 0; at < values.length; at++) values[at] += shift;
}

function asTensor(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}
