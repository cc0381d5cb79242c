import { isDense, type DenseGeometry, type Geometry, type GeometryVariables } from "./geometry.ts";
import { variableKernel } from "./variable-kernel.ts";

/**
 * A geometry whose points or entries are tensors. `make` reads their numbers, once, when something on the host asks for them; kernels are
 * made of the tensors, so that a tape follows them. It holds no tensor of its own.
 */
export function variableGeometry(
  shape: readonly [n: number, m: number],
  variables: GeometryVariables,
  make: () => Geometry,
): Geometry {
  let made: Geometry | undefined;
  const host = (): Geometry => (made ??= make());
  const geometry: Geometry & { readonly cost: DenseGeometry["cost"] | undefined } = {
    get kind() {
      return host().kind;
    },
    shape,
    variables,
    get symmetric() {
      return host().symmetric;
    },
    get maxCost() {
      return host().maxCost;
    },
    get minCost() {
      return variables.points ? 0 : host().minCost;
    },
    get coordinates() {
      return host().coordinates;
    },
    get cost() {
      const known = host();
      return isDense(known) ? known.cost : undefined;
    },
    costMatrix: () => host().costMatrix(),
    hostKernel: (epsilon, options) => host().hostKernel(epsilon, options),
    kernel: (epsilon) => variableKernel(geometry, epsilon),
  };
  return geometry;
}
