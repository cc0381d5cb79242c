import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { hostEngine } from "../../src/transport/barycenter/engine-host.ts";
import { nativeEngine } from "../../src/transport/barycenter/engine-native.ts";
import { tensorEngine } from "../../src/transport/barycenter/engine-tensor.ts";
import { webgpuEngine } from "../../src/transport/barycenter/engine-webgpu.ts";
import type { DataTerm, DeviceEngine, HostEngine } from "../../src/transport/barycenter/engine.ts";
import {
  barycenterOperator,
  type BarycenterOperator,
  type LossAndGradient,
} from "../../src/transport/barycenter/operator.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../../src/transport/barycenter/options.ts";

/** The barycenter operator on flat arrays, whose shapes follow from their lengths. */
export interface FactorOperator {
  readonly name: string;
  barycenters(factors: Factors, start?: Float32Array): Promise<Float64Array>;
  logScalings(factors: Factors, start?: Float32Array): Promise<Float32Array>;
  lossAndGradient(factors: Factors, start: Float32Array | undefined, term: DataTerm): Promise<LossAndGradient>;
}

export function onFactors(operator: BarycenterOperator, pixels: number): FactorOperator {
  const inputs = (factors: Factors, start?: Float32Array) => barycenterInputs({ pixels, operator }, factors, start);
  return {
    name: operator.name,
    barycenters: (factors, start) => operator.barycenters(inputs(factors, start)),
    logScalings: (factors, start) => operator.logScalings(inputs(factors, start)),
    lossAndGradient: (factors, start, term) => operator.lossAndGradient(inputs(factors, start), term),
  };
}

/** Float64 on the host with a kernel that is not cut off. */
export function hostOperator(geometry: Geometry, options: BarycenterOptions): BarycenterOperator {
  return barycenterOperator(hostEngine(geometry, resolveBarycenterOptions(options), "float64"));
}

export function hostFactors(geometry: Geometry, options: BarycenterOptions): FactorOperator {
  return onFactors(hostOperator(geometry, options), geometry.shape[0]);
}

/** The native engine with the host's for the rest; undefined where it does not cover the case. */
export function nativeFactors(
  geometry: Geometry,
  options: BarycenterOptions,
  pieceSeconds?: number,
): FactorOperator | undefined {
  const resolved = resolveBarycenterOptions(options);
  return factorsOf(nativeEngine(geometry, resolved, hostEngine(geometry, resolved), pieceSeconds), geometry);
}

export function tensorFactors(geometry: Geometry, options: BarycenterOptions): FactorOperator {
  return factorsOf(tensorEngine(geometry, resolveBarycenterOptions(options)), geometry)!;
}

/** On the current backend, `webgpu`. */
export function webgpuFactors(geometry: Geometry, options: BarycenterOptions, keptBytes?: number): FactorOperator {
  return factorsOf(webgpuEngine(geometry, resolveBarycenterOptions(options), { keptBytes }), geometry)!;
}

function factorsOf(engine: HostEngine | DeviceEngine | undefined, geometry: Geometry) {
  return engine && onFactors(barycenterOperator(engine), geometry.shape[0]);
}
