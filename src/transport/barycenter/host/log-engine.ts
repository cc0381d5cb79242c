import { EngineGradients } from "./point-gradients.ts";
import type { LogOperator } from "./log-operator.ts";
import { readLogScalings, writeLogScalings } from "./log-scalings.ts";
import type { EngineSettings, PointEngine, PointProblem } from "./point-engine.ts";
import { Trajectory, type Iteration, type Scalings } from "./trajectory.ts";

/** exp of at most this is what a gradient at an empty pixel may reach: far beyond it lies overflow, and NaN in sums. */
const LARGEST_EXPONENT = 600;

/**
 * The recursion and the adjoint of `ScalingEngine` on log-scalings (Schmitz et al. 2018, Algorithms 3 and 4). The adjoint
 * applies K to vectors of either sign: it takes the positive and the negative part separately through the logarithm,
 *
 *     x K(h / phi) = exp(log x + L+) - exp(log x + L-),      L+- = log K exp(log(h+-) - log phi)
 *
 * which is accurate because x = a turns K / phi into numbers of moderate size. Never out of range, except that the gradient
 * at a pixel without mass, x = 1 / c, can be larger than any number: it is held below exp(600), so that its product with
 * the mass 0, which is what a softmax makes of it, is 0.
 */
export class LogEngine implements PointEngine {
  readonly barycenter: Float64Array;
  readonly gradientAtoms: readonly Float64Array[];
  readonly gradientWeights: Float64Array;
  readonly #settings: EngineSettings;
  readonly #operators: readonly LogOperator[];
  readonly #trajectory: Trajectory;
  readonly #logBarycenter: Float64Array;
  readonly #gradients: EngineGradients;
  readonly #product: Float64Array; // [M]

  /** Operators, one an atom. */
  constructor(settings: EngineSettings, operators: readonly LogOperator[]) {
    const { options, atoms, points, atomPoints, byteLimit } = settings;
    this.#settings = settings;
    this.#operators = operators;
    const { iterations, debiased } = options;
    const size = { iterations, atoms, points, atomPoints, debiased, byteLimit };
    this.#trajectory = new Trajectory({ ...size, separateLogPhi: false });
    this.barycenter = new Float64Array(points);
    this.#gradients = new EngineGradients(settings);
    this.gradientAtoms = this.#gradients.atoms;
    this.gradientWeights = this.#gradients.weights;
    this.#logBarycenter = new Float64Array(points);
    this.#product = new Float64Array(atomPoints);
  }

  get iterations(): number {
    return this.#trajectory.done;
  }

  error({ atoms, mass }: PointProblem): number {
    const { a, b, debias } = this.#trajectory.last;
    const errors = atoms.map((atom, s) => {
      this.#operators[s].forward(b[s], this.#product);
      return this.#violation(atom, a[s], this.#product);
    });
    if (debias) {
      this.#operators[0].forward(debias, this.#product); // all atoms have this cost
      errors.push(this.#violation(this.barycenter, debias, this.#product));
    }
    return Math.max(...errors) / mass;
  }

  forward(problem: PointProblem): boolean {
    readLogScalings(problem.start, this.#settings.options, (log) => log, this.#trajectory.start);
    return this.#trajectory.run((from, to, index) => this.#advance(problem, from, to, index));
  }

  readLogScalings(out: Float64Array): void {
    writeLogScalings(this.#trajectory.last, this.#settings.options, (log) => log, out);
  }

  backward(problem: PointProblem, gradient: Float64Array): boolean {
    this.#gradients.clear();
    // The barycenter of a recomputed iteration overwrites the last one, so gp * p is formed first.
    const last = this.barycenter.map((mass, i) => mass * gradient[i]);
    this.#trajectory.unwind(
      (from, to, index) => this.#advance(problem, from, to, index),
      (from, iteration, index) => this.#pullBack(problem, from, iteration, index, last),
    );
    return true;
  }

  #advance(problem: PointProblem, from: Scalings, to: Iteration, index: number): boolean | "end" {
    const { memory, update, tolerance } = this.#settings.options;
    for (let s = 0; s < problem.atoms.length; s++) {
      const atom = problem.atoms[s];
      const a = to.a[s];
      const c = to.c[s];
      const before = from.a[s];
      this.#operators[s].forward(from.b[s], c);
      for (let i = 0; i < a.length; i++) {
        a[i] = atom[i] > 0 ? update * (Math.log(atom[i]) - c[i]) + memory * before[i] : -Infinity;
      }
      this.#operators[s].transpose(a, to.phi[s]);
    }
    if (from.debias) this.#operators[0].forward(from.debias, to.debiasProduct!);
    if (tolerance > 0 && index > 0) {
      const errors = problem.atoms.map((atom, s) => this.#violation(atom, from.a[s], to.c[s]));
      if (from.debias) errors.push(this.#violation(this.barycenter, from.debias, to.debiasProduct!));
      if (Math.max(...errors) <= tolerance * problem.mass) return "end";
    }
    const logP = this.#logBarycenter;
    this.#settings.mean.apply(problem.weights, to.logPhi, logP);
    if (from.debias) this.#advanceDebias(from.debias, to);
    for (let i = 0; i < logP.length; i++) this.barycenter[i] = Math.exp(logP[i]);
    for (let s = 0; s < to.b.length; s++) {
      const b = to.b[s];
      const phi = to.phi[s];
      const before = from.b[s];
      for (let i = 0; i < b.length; i++) b[i] = update * (logP[i] - phi[i]) + memory * before[i];
    }
    return true;
  }

  /** Completes log p, then log D <- (log D + log p - log K D) / 2. */
  #advanceDebias(before: Float64Array, to: Iteration): void {
    const logP = this.#logBarycenter;
    for (let i = 0; i < logP.length; i++) {
      logP[i] += before[i];
      to.debias![i] = (before[i] + logP[i] - to.debiasProduct![i]) / 2;
    }
  }

  /** |a - (d / c)^(rho / (rho + epsilon))| c, summed, from log a and log c. */
  #violation(atom: Float64Array, a: Float64Array, c: Float64Array): number {
    const { marginal } = this.#settings.options;
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      const next = marginal === 1 ? atom[i] : Math.exp(marginal * (Math.log(atom[i]) - c[i]) + c[i]);
      sum += Math.abs(Math.exp(a[i] + c[i]) - next);
    }
    return sum;
  }

  #pullBack(problem: PointProblem, from: Scalings, at: Iteration, index: number, last: Float64Array): void {
    const { options, mean } = this.#settings;
    const { memory, update } = options;
    const { logB: gradients, pulled } = this.#gradients;
    this.#gradients.throughMean(mean, problem.weights, at.logPhi, index, last);
    if (from.debias && index > 0) this.#pullBackDebias(from.debias, at.debiasProduct!);
    for (let s = 0; s < problem.atoms.length; s++) {
      const q = pulled[s];
      const logB = gradients[s];
      for (let i = 0; i < q.length; i++) q[i] -= update * logB[i];
      const points = at.a[s].length;
      const ofA = signedProduct(q, at.phi[s], this.#operators[s].forward, points);
      const ofAtom = this.#gradientOfAtom(problem.atoms[s], at, s, ofA);
      if (index === 0) continue;
      const ofB = signedProduct(ofAtom, at.c[s], this.#operators[s].transpose, logB.length);
      const b = from.b[s];
      for (let i = 0; i < b.length; i++) logB[i] = memory * logB[i] - update * ofB(b[i], i);
    }
  }

  #pullBackDebias(before: Float64Array, product: Float64Array): void {
    const half = this.#gradients.debias!.map((value) => value / 2);
    const times = signedProduct(half, product, this.#operators[0].transpose, half.length);
    this.#gradients.throughDebias((i) => times(before[i], i));
  }

  /** Adds to the gradient of atom s; returns q. */
  #gradientOfAtom(atom: Float64Array, at: Iteration, s: number, times: SignedProduct): Float64Array {
    const { memory, update, plain, sides } = this.#settings.options;
    const a = at.a[s];
    const c = at.c[s];
    const gradient = this.gradientAtoms[s];
    const logA = sides === 2 ? this.#gradients.logA[s] : undefined;
    const q = new Float64Array(a.length);
    for (let i = 0; i < q.length; i++) {
      q[i] = times(a[i], i) + (logA ? logA[i] : 0);
      if (plain) gradient[i] += times(-c[i], i, LARGEST_EXPONENT);
      else if (atom[i] > 0) gradient[i] += (update * q[i]) / atom[i];
      if (logA) logA[i] = memory * q[i];
    }
    return q;
  }
}

/** exp(logFactor) times entry i of a product with a vector of either sign. */
type SignedProduct = (logFactor: number, i: number, largest?: number) => number;

/** `apply`(x / exp(logDivisor)) [length], by the logarithms of its part from x+ and of that from x-. */
function signedProduct(
  x: Float64Array,
  logDivisor: Float64Array,
  apply: LogOperator["forward"],
  length: number,
): SignedProduct {
  const partOf = (sign: number) => {
    const part = x.map((value, i) => (sign * value > 0 ? Math.log(sign * value) - logDivisor[i] : -Infinity));
    const log = new Float64Array(length);
    apply(part, log);
    return log;
  };
  const positive = partOf(1);
  const negative = partOf(-1);
  return (logFactor, i, largest = Infinity) =>
    Math.exp(Math.min(logFactor + positive[i], largest)) - Math.exp(Math.min(logFactor + negative[i], largest));
}
