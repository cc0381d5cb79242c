import type { HostGeometry } from "../../../geometry/geometry.ts";
import type { ResolvedOptions } from "../options.ts";
import { KernelRange } from "./kernel-range.ts";
import { cachedHostKernel } from "./kernels.ts";
import { LogEngine } from "./log-engine.ts";
import { exactLogOperator, guardedLogOperator } from "./log-operator.ts";
import { logMean } from "./mean.ts";
import type { EngineSettings, HostSettings, PointEngine } from "./point-engine.ts";
import { ScalingEngine } from "./scaling-engine.ts";

/** The engines to try for a data point, fastest first, each made when it is first needed. */
export function engineLadder(
  geometry: HostGeometry,
  options: ResolvedOptions,
  { precision: wanted, byteLimit }: HostSettings,
  atoms: number,
): readonly (() => PointEngine)[] {
  const points = geometry.shape[0];
  const settings: EngineSettings = { options, mean: logMean(options.power), atoms, points, byteLimit };
  const precision = geometry.kind === "grid" ? wanted : "float64"; // a dense kernel is not cut off
  const kernel = (cutOff: "float64" | "float32") => cachedHostKernel(geometry, options.epsilon, cutOff);
  const guarded = (cutOff: "float64" | "float32") => () =>
    new ScalingEngine(settings, kernel(cutOff), new KernelRange(cutOff));
  const guardedLog = () => {
    const operator = guardedLogOperator(kernel("float64"), new KernelRange("float64"), points);
    return new LogEngine(settings, operator);
  };
  const ladders: Readonly<Record<ResolvedOptions["domain"], readonly (() => PointEngine)[]>> = {
    scaling: [() => new ScalingEngine(settings, kernel(precision))],
    log: [() => new LogEngine(settings, exactLogOperator(kernel("float64")))],
    auto: [...(precision === "float32" ? [guarded("float32")] : []), guarded("float64"), guardedLog],
  };
  return ladders[options.domain].map(once);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
