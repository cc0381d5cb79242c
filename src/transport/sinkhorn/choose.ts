import * as tf from "@tensorflow/tfjs-core";
import { isCloud, type TensorKernel } from "../../geometry/geometry.ts";
import { isOnHost } from "../../tensor/placement.ts";
import type { SinkhornEngine } from "./engine.ts";
import { hostEngine } from "./engine-host.ts";
import { nativeEngine } from "./engine-native.ts";
import { tensorEngine } from "./engine-tensor.ts";
import { webgpuEngine } from "./engine-webgpu.ts";
import type { SinkhornDomain } from "./options.ts";
import { resolveDomain } from "./tensor-domain.ts";

/**
 * The engine for tensors of the current backend. In the host's memory that is the addon; without one, or where epsilon is too
 * small for it, composed matrix products on scalings, and float64 on the host where logarithms are needed (composed, these are
 * 70 times slower), which clouds without a matrix always take. On a WebGPU device our kernels for it, elsewhere and for what these do not
 * know the operations of the backend.
 */
export function chooseSinkhorn(kernel: TensorKernel, domain: SinkhornDomain): SinkhornEngine {
  if (!isOnHost()) return webgpu(kernel) ?? tensorEngine(kernel);
  // composed operations would form the costs of a cloud again for each application, in more memory
  const isHosted = isCloud(kernel.geometry) || resolveDomain(domain, kernel) === "log";
  return native(kernel) ?? (isHosted ? host(kernel) : tensorEngine(kernel));
}

/** The same for operations that a tape may be recording: what is not composed would not be recorded. */
export function chooseDifferentiable(kernel: TensorKernel, domain: SinkhornDomain): SinkhornEngine {
  return tf.engine().isTapeOn() ? tensorEngine(kernel) : chooseSinkhorn(kernel, domain);
}

/** These form matrices of their own, so a kernel has one of each. */
const native = oncePerKernel(nativeEngine);
const host = oncePerKernel(hostEngine);
const webgpu = oncePerKernel(webgpuEngine);

function oncePerKernel<Engine>(make: (kernel: TensorKernel) => Engine): (kernel: TensorKernel) => Engine {
  const engines = new WeakMap<TensorKernel, { readonly engine: Engine }>();
  return (kernel) => {
    const { engine } = engines.get(kernel) ?? { engine: make(kernel) };
    engines.set(kernel, { engine });
    return engine;
  };
}
