import type { HostKernel } from "../../geometry/geometry.ts";
import { totalOf, type HostMarginals } from "../histograms.ts";
import { isExact, type HostIterate, type LogScalings } from "./host-iterate.ts";
import type { SinkhornDomain } from "./options.ts";
import { logPenalized, translation, type MarginalPenalty } from "./rho.ts";

/**
 * Sinkhorn's variables under marginal penalties, in the domains of `iterateIn`. The potentials are `fKL + lambda` and
 * `gKL - lambda`: u = a exp(fKL / epsilon) and v hold the part that stays at the size of the costs, lambda the constant between
 * them, which large penalties or unequal totals make large. With it
 *
 *     u = a (K v)^(-tau.a) exp(-lambda pull.a),    v = b (K^T u)^(-tau.b) exp(lambda pull.b),
 *
 * and each second half step ends with the best lambda. The violation is the change that the next half step makes of u,
 * `sum a |u / u' - 1|`, which is the first marginal's where rho.a is infinite.
 */
export function unbalancedIterateIn(
  domain: SinkhornDomain,
  kernel: HostKernel,
  marginals: HostMarginals,
  start: LogScalings,
  penalty: MarginalPenalty,
): HostIterate {
  return (domain === "log" ? logIterate : scalingIterate)(kernel, marginals, start, penalty, domain === "scaling");
}

function scalingIterate(
  kernel: HostKernel,
  { a, b }: HostMarginals,
  start: LogScalings,
  penalty: MarginalPenalty,
  isUnchecked: boolean,
): HostIterate {
  const { tau, pull } = penalty;
  const translate = translationBetween({ a, b }, penalty);
  // Until the first update the scalings are the start, which exp may not have been able to represent.
  let unchanged: LogScalings | undefined = start;
  let lambda = start.translation ?? 0;
  const v = start.logV.map(Math.exp);
  let u = start.logU?.map(Math.exp);
  const kv = new Float64Array(a.length);
  const ktu = new Float64Array(b.length);
  let secondViolation = 0;
  const firstUpdate = () => updateOf(a, kv, tau.a, Math.exp(-lambda * pull.a));
  const secondUpdate = () => updateOf(b, ktu, tau.b, Math.exp(lambda * pull.b));

  return {
    applyKernel: () => isExact(kernel.apply(v, kv), a, v, firstUpdate()) || isUnchecked,
    violation: () => secondViolation + changeOf(a, u!, firstUpdate()),
    updateFirst(omega) {
      const plain = omega === 1 || !u;
      u ??= new Float64Array(a.length);
      unchanged = undefined;
      relax(u, a, firstUpdate(), plain ? 1 : omega);
    },
    updateSecond(omega) {
      if (!isExact(kernel.applyTranspose(u!, ktu), b, u!, secondUpdate()) && !isUnchecked) return false;
      const update = secondUpdate();
      relax(v, b, update, omega);
      secondViolation = omega === 1 ? 0 : changeOf(b, v, update);
      lambda = translate(
        (i) => Math.log(u![i] / a[i]),
        (j) => Math.log(v[j] / b[j]),
        lambda,
      );
      return true;
    },
    mirror: () => v.set(u!),
    logScalings: () => unchanged ?? { logU: u?.map(Math.log), logV: v.map(Math.log), translation: lambda },
  };
}

function logIterate(
  kernel: HostKernel,
  { a, b }: HostMarginals,
  start: LogScalings,
  penalty: MarginalPenalty,
): HostIterate {
  const { tau, pull } = penalty;
  const translate = translationBetween({ a, b }, penalty);
  const [logA, logB] = [a.map(Math.log), b.map(Math.log)];
  let lambda = start.translation ?? 0;
  const logV = start.logV.slice();
  let logU = start.logU?.slice();
  const kv = new Float64Array(a.length);
  const ktu = new Float64Array(b.length);
  let secondViolation = 0;
  const firstUpdate = (i: number): number => logA[i] - tau.a * kv[i] - lambda * pull.a;
  const secondUpdate = (j: number): number => logB[j] - tau.b * ktu[j] + lambda * pull.b;

  return {
    applyKernel() {
      kernel.logApply(logV, kv);
      return true;
    },
    violation: () => secondViolation + logChangeOf(a, logU!, firstUpdate),
    updateFirst(omega) {
      const plain = omega === 1 || !logU;
      logU ??= new Float64Array(a.length);
      logRelax(logU, a, firstUpdate, plain ? 1 : omega);
    },
    updateSecond(omega) {
      kernel.logApplyTranspose(logU!, ktu);
      logRelax(logV, b, secondUpdate, omega);
      secondViolation = omega === 1 ? 0 : logChangeOf(b, logV, secondUpdate);
      lambda = translate(
        (i) => logU![i] - logA[i],
        (j) => logV[j] - logB[j],
        lambda,
      );
      return true;
    },
    mirror: () => logV.set(logU!),
    logScalings: () => ({ logU: logU?.slice(), logV: logV.slice(), translation: lambda }),
  };
}

/** The best translation from fKL / epsilon and gKL / epsilon, read where there is mass. */
function translationBetween({ a, b }: HostMarginals, penalty: MarginalPenalty) {
  const ofTotals = Math.log(totalOf(a) / totalOf(b));
  return (logF: (i: number) => number, logG: (j: number) => number, before: number): number => {
    const logRatio = ofTotals + logPenalized(a, logF, penalty.share.a) - logPenalized(b, logG, penalty.share.b);
    return translation(penalty, logRatio, before);
  };
}

/** masses product^(-tau) factor, entry by entry. */
function updateOf(masses: Float64Array, product: Float64Array, tau: number, factor: number): (index: number) => number {
  if (tau === 1) return (index) => masses[index] / product[index];
  return (index) => masses[index] * product[index] ** -tau * factor;
}

function changeOf(masses: Float64Array, scaling: Float64Array, update: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < masses.length; index++) {
    if (masses[index] > 0) sum += masses[index] * Math.abs(scaling[index] / update(index) - 1);
  }
  return sum;
}

function relax(scaling: Float64Array, masses: Float64Array, update: (index: number) => number, omega: number): void {
  for (let index = 0; index < masses.length; index++) {
    const plain = masses[index] > 0 ? update(index) : 0;
    scaling[index] = omega === 1 || plain === 0 ? plain : scaling[index] ** (1 - omega) * plain ** omega;
  }
}

function logChangeOf(masses: Float64Array, logScaling: Float64Array, update: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < masses.length; index++) {
    if (masses[index] > 0) sum += masses[index] * Math.abs(Math.expm1(logScaling[index] - update(index)));
  }
  return sum;
}

function logRelax(
  logScaling: Float64Array,
  masses: Float64Array,
  update: (index: number) => number,
  omega: number,
): void {
  for (let index = 0; index < masses.length; index++) {
    const plain = masses[index] > 0 ? update(index) : -Infinity;
    const isPlain = omega === 1 || masses[index] === 0;
    logScaling[index] = isPlain ? plain : (1 - omega) * logScaling[index] + omega * plain;
  }
}
