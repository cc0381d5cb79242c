import { InputError, OptionError } from "../errors.ts";
import { describe } from "../tensor/ndarray.ts";
import type { Geometry, TensorKernel } from "./geometry.ts";

/** Smaller numbers lose digits, and their inverse may be none. */
export const SMALLEST_NORMAL = 2 ** -1022;

/**
 * Largest cost, epsilon and quotient of the two, so that exponents and potentials (sums of a few costs and some hundred epsilons)
 * are numbers of that precision; in float32 they also stay above `LOG_ZERO`.
 */
const LARGEST = { float64: 1e304, float32: 1e27 } as const;
/** Smallest epsilon: its inverse is a number of that precision. */
const SMALLEST = { float64: SMALLEST_NORMAL, float32: 1e-30 } as const;

/** Throws InputError for what is no geometry, such as a cost matrix, or arguments in another order. */
export function requireGeometry(geometry: Pick<Geometry, "kind">, operation: string): void {
  if (typeof (geometry as Partial<Geometry> | undefined | null)?.hostKernel === "function") return;
  throw new InputError(
    `${operation}: expected a geometry (grid, pointCloud or denseGeometry) after the masses, got ${describe(geometry)}`,
  );
}

/** Throws InputError for what is no kernel, such as a geometry. */
export function requireKernel(kernel: TensorKernel, operation: string): void {
  if (typeof (kernel as Partial<TensorKernel> | undefined | null)?.logApply === "function") return;
  throw new InputError(
    `${operation}: expected a kernel, \`geometry.kernel(epsilon)\`, after the masses, got ${describe(kernel)}`,
  );
}

/** Throws OptionError unless epsilon is a positive finite number: the one check of it in the library. */
export function checkEpsilon(epsilon: number): void {
  if (!(typeof epsilon === "number" && epsilon > 0 && epsilon < Infinity)) {
    throw new OptionError("epsilon", `expected a positive finite number (in cost units), got ${String(epsilon)}`);
  }
}

/** The same, and unless exponents C / epsilon and potentials are in the range of a precision. */
export function checkRange(epsilon: number, maxCost: number, precision: keyof typeof LARGEST): void {
  checkEpsilon(epsilon);
  const largest = LARGEST[precision];
  const fits =
    epsilon >= SMALLEST[precision] && epsilon <= largest && maxCost <= largest && maxCost / epsilon <= largest;
  if (!fits) {
    const other = precision === "float32" ? ", or solve on the host in float64" : "";
    throw new OptionError(
      "epsilon",
      `${epsilon} and costs of up to ${maxCost} leave the range of ${precision}; scale both by one number${other}`,
    );
  }
}

/** Throws OptionError where there are no options; `example` says what they look like. */
export function requireOptions(options: object, example: string): void {
  if (typeof options === "object" && options !== null) return;
  throw new OptionError("options", `expected an object such as { ${example} }, got ${describe(options)}`);
}
