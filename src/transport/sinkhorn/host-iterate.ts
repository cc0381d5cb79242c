import type { HostKernel } from "../../geometry/geometry.ts";
import type { HostMarginals } from "../histograms.ts";
import type { SinkhornDomain } from "./options.ts";

/**
 * Sinkhorn's variables in one domain. The steps that can leave the range of float64 say whether they were exact; after a
 * step that was not, the scalings are still those before it, so that another domain can go on from them.
 */
export interface HostIterate {
  /** Computes K v; false if float64 cannot hold it exactly. Everything else but `updateSecond` reads it. */
  applyKernel(): boolean;
  /** |u * K v - a|_1 plus the second marginal's violation, which is zero after a plain `updateSecond`. */
  violation(): number;
  /** u <- u^(1 - omega) (a / K v)^omega */
  updateFirst(omega: number): void;
  /** The same for v from K^T u; false, and v unchanged, if float64 cannot hold K^T u exactly. */
  updateSecond(omega: number): boolean;
  /** v <- u, for the problem (a, a) where both are one variable. */
  mirror(): void;
  /** log u [n] and log v [m], -Infinity where there is no mass. u is undefined before the first `updateFirst`. */
  logScalings(): LogScalings;
}

export interface LogScalings {
  readonly logU: Float64Array | undefined;
  readonly logV: Float64Array;
  /** Of unbalanced problems: lambda, in cost units, by which the potentials are moved, f up and g down. */
  readonly translation?: number;
}

/** Products below the smallest normal float64 are lost, or lose digits. */
const SMALLEST_NORMAL = 2 ** -1022;
/** What is lost may be this part of a sum. */
const LOST_SHARE = 1e-16;
/** Scalings stay in [1 / LARGEST, LARGEST], so that products of one with a kernel entry of ordinary size are normal. */
export const LARGEST_SCALING = 1e290;

/** Starts from log-scalings in each of the domains that a user can ask for. */
export const iterateIn: Readonly<
  Record<SinkhornDomain, (kernel: HostKernel, marginals: HostMarginals, start: LogScalings) => HostIterate>
> = {
  auto: (kernel, marginals, start) => scalingIterate(kernel, marginals, start, false),
  scaling: (kernel, marginals, start) => scalingIterate(kernel, marginals, start, true),
  log: logIterate,
};

/** The scaling domain; `isUnchecked` trusts every product K x. */
function scalingIterate(
  kernel: HostKernel,
  { a, b }: HostMarginals,
  start: LogScalings,
  isUnchecked: boolean,
): HostIterate {
  // Until the first update the scalings are the start, which exp may not have been able to represent.
  let unchanged: LogScalings | undefined = start;
  let v = start.logV.map(Math.exp);
  let u = start.logU?.map(Math.exp);
  const kv = new Float64Array(a.length);
  const ktu = new Float64Array(b.length);
  // The scalings that follow from the last products. They take the place of those before, once these are known to be exact.
  let nextU = new Float64Array(a.length);
  let nextV = new Float64Array(b.length);
  let secondViolation = 0;

  return {
    applyKernel: () => quotients(a, kernel.apply(v, kv), nextU, productFloor(v)) || isUnchecked,
    violation() {
      let sum = secondViolation;
      for (let index = 0; index < a.length; index++) sum += Math.abs(u![index] * kv[index] - a[index]);
      return sum;
    },
    updateFirst(omega) {
      unchanged = undefined;
      if (omega === 1 || !u) [u, nextU] = [nextU, u ?? new Float64Array(a.length)];
      else relax(u, a, nextU, omega);
    },
    updateSecond(omega) {
      if (!quotients(b, kernel.applyTranspose(u!, ktu), nextV, productFloor(u!)) && !isUnchecked) return false;
      secondViolation = 0;
      if (omega === 1) {
        [v, nextV] = [nextV, v];
        return true;
      }
      relax(v, b, nextV, omega);
      v.forEach((scaling, index) => (secondViolation += Math.abs(scaling * ktu[index] - b[index])));
      return true;
    },
    mirror: () => v.set(u!),
    logScalings: () => unchanged ?? { logU: u?.map(Math.log), logV: v.map(Math.log) },
  };
}

/**
 * masses / K x into `out`, zero where there is no mass. True if K x and these scalings are exact to rounding: what underflow can have
 * taken from an entry of K x that matters, at most `m * 2^-1022 * max(1, max x)`, is below 1e-16 of that entry (see `productFloor`).
 */
function quotients(masses: Float64Array, product: Float64Array, out: Float64Array, floor: number): boolean {
  let areExact = true;
  for (let index = 0; index < masses.length; index++) {
    const mass = masses[index];
    if (mass === 0) {
      out[index] = 0;
      continue;
    }
    const value = product[index];
    const scaling = mass / value;
    out[index] = scaling;
    if (!(value > floor && scaling <= LARGEST_SCALING && scaling >= 1 / LARGEST_SCALING)) areExact = false;
  }
  return areExact;
}

/** What an entry of K x must exceed to be exact; Infinity where x itself is too large. */
export function productFloor(x: Float64Array): number {
  let largest = 1;
  for (let index = 0; index < x.length; index++) if (x[index] > largest) largest = x[index];
  return largest <= LARGEST_SCALING ? ((x.length * SMALLEST_NORMAL) / LOST_SHARE) * largest : Infinity;
}

/** scaling <- scaling^(1 - omega) plain^omega where there is mass. */
function relax(scaling: Float64Array, masses: Float64Array, plain: Float64Array, omega: number): void {
  for (let index = 0; index < masses.length; index++) {
    scaling[index] = masses[index] === 0 ? 0 : scaling[index] ** (1 - omega) * plain[index] ** omega;
  }
}

/** The log domain: exact for every epsilon, at the price of an exponential an entry. */
function logIterate(kernel: HostKernel, { a, b }: HostMarginals, start: LogScalings): HostIterate {
  const logA = a.map(Math.log);
  const logB = b.map(Math.log);
  const logV = start.logV.slice();
  let logU = start.logU?.slice();
  const kv = new Float64Array(a.length);
  const ktu = new Float64Array(b.length);
  let secondViolation = 0;

  return {
    applyKernel() {
      kernel.logApply(logV, kv);
      return true;
    },
    violation: () => secondViolation + logViolation(logU!, kv, a),
    updateFirst(omega) {
      const plain = omega === 1 || !logU;
      logU ??= new Float64Array(a.length);
      logRelax(logU, logA, kv, plain ? 1 : omega);
    },
    updateSecond(omega) {
      kernel.logApplyTranspose(logU!, ktu);
      logRelax(logV, logB, ktu, omega);
      secondViolation = omega === 1 ? 0 : logViolation(logV, ktu, b);
      return true;
    },
    mirror: () => logV.set(logU!),
    logScalings: () => ({ logU: logU?.slice(), logV: logV.slice() }),
  };
}

function logViolation(logScaling: Float64Array, logProduct: Float64Array, masses: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < masses.length; index++) {
    if (masses[index] > 0) sum += Math.abs(Math.exp(logScaling[index] + logProduct[index]) - masses[index]);
  }
  return sum;
}

function logRelax(scaling: Float64Array, logMasses: Float64Array, logProduct: Float64Array, omega: number): void {
  for (let index = 0; index < scaling.length; index++) {
    const absent = logMasses[index] === -Infinity;
    const plain = absent ? -Infinity : logMasses[index] - logProduct[index];
    scaling[index] = omega === 1 || absent ? plain : (1 - omega) * scaling[index] + omega * plain;
  }
}
