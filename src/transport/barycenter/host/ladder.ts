import type { HostGeometry } from "../../../geometry/geometry.ts";
import type { ResolvedOptions } from "../options.ts";
import { KernelRange } from "./kernel-range.ts";
import { cachedHostKernel } from "./kernels.ts";
import { LogEngine } from "./log-engine.ts";
import { exactLogOperator, guardedLogOperator } from "./log-operator.ts";
import { logMean } from "./mean.ts";
import type { EngineSettings, HostSettings, PointEngine } from "./point-engine.ts";
import { ScalingEngine } from "./scaling-engine.ts";

/** The engines to try for a data point, fastest first, each made when it is first needed. A geometry an atom. */
export function engineLadder(
  geometries: readonly HostGeometry[],
  options: ResolvedOptions,
  { precision: wanted, byteLimit }: HostSettings,
): readonly (() => PointEngine)[] {
  const [atomPoints, points] = geometries[0].shape;
  const atoms = geometries.length;
  const settings: EngineSettings = { options, mean: logMean(options.power), atoms, points, atomPoints, byteLimit };
  const isGrid = geometries.some(({ kind }) => kind === "grid");
  const precision = isGrid ? wanted : "float64"; // a dense kernel is not cut off
  const kernels = (cutOff: "float64" | "float32") =>
    geometries.map((geometry) => cachedHostKernel(geometry, options.epsilon, cutOff));
  const guarded = (cutOff: "float64" | "float32") => () =>
    new ScalingEngine(settings, kernels(cutOff), new KernelRange(cutOff));
  const guardedLog = () => {
    const operators = kernels("float64").map((kernel) => guardedLogOperator(kernel, new KernelRange("float64")));
    return new LogEngine(settings, operators);
  };
  const ladders: Readonly<Record<ResolvedOptions["domain"], readonly (() => PointEngine)[]>> = {
    scaling: [() => new ScalingEngine(settings, kernels(precision))],
    log: [() => new LogEngine(settings, kernels("float64").map(exactLogOperator))],
    auto: [...(precision === "float32" ? [guarded("float32")] : []), guarded("float64"), guardedLog],
  };
  return ladders[options.domain].map(once);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
