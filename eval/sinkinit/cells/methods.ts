import type { Initializer } from "../../../src/transport/initializers/initializer.ts";
import { gaussian, gaussianTimesNu } from "../../../src/transport/initializers/gaussian.ts";
import { mixtureStart } from "../../../src/transport/initializers/mixture.ts";
import { ones } from "../../../src/transport/initializers/ones.ts";
import type { SinkhornTensorOptions } from "../../../src/transport/sinkhorn/sinkhorn.ts";

/** A way to solve: a start, or a setting of the solver. */
export interface Method {
  readonly name: string;
  readonly options: Pick<
    SinkhornTensorOptions,
    "initializer" | "guard" | "coarseToFine" | "epsilonScaling" | "momentum"
  >;
}

export const LEARNED = "learned";
export const UNGUARDED = "learned, unguarded";

/** The learned start, guarded and not, and what else a user could do. Settings of the solver begin with the Gaussian start. */
export function methodsOf(learned: Initializer): readonly Method[] {
  return [
    { name: LEARNED, options: { initializer: learned } },
    { name: UNGUARDED, options: { initializer: learned, guard: false } },
    { name: "ones", options: { initializer: ones } },
    { name: "gaussian", options: { initializer: gaussian } },
    { name: "gaussianTimesNu", options: { initializer: gaussianTimesNu } },
    { name: "mixture", options: { initializer: mixtureStart() } },
    { name: "half grid first", options: { initializer: gaussian, coarseToFine: {} } },
    { name: "epsilon scaling", options: { initializer: gaussian, epsilonScaling: {} } },
    { name: "momentum 1.5", options: { initializer: gaussian, momentum: 1.5 } },
  ];
}
