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
  readonly #operator: LogOperator;
  readonly #trajectory: Trajectory;
  readonly #logBarycenter: Float64Array;
  readonly #gradients: EngineGradients;
  readonly #part: Float64Array;
  readonly #positive: Float64Array;
  readonly #negative: Float64Array;

  constructor(settings: EngineSettings, operator: LogOperator) {
    const { options, atoms, points, byteLimit } = settings;
    this.#settings = settings;
    this.#operator = operator;
    const { iterations } = options;
    this.#trajectory = new Trajectory({ iterations, atoms, points, separateLogPhi: false, byteLimit });
    this.barycenter = new Float64Array(points);
    this.#gradients = new EngineGradients(settings);
    this.gradientAtoms = this.#gradients.atoms;
    this.gradientWeights = this.#gradients.weights;
    this.#logBarycenter = new Float64Array(points);
    this.#part = new Float64Array(points);
    this.#positive = new Float64Array(points);
    this.#negative = new Float64Array(points);
  }

  forward(problem: PointProblem): boolean {
    readLogScalings(problem.start, this.#settings.options, (log) => log, this.#trajectory.start);
    this.#trajectory.run((from, to) => this.#advance(problem, from, to));
    this.#logBarycenter.forEach((log, i) => (this.barycenter[i] = Math.exp(log)));
    return true;
  }

  readLogScalings(out: Float64Array): void {
    writeLogScalings(this.#trajectory.last, this.#settings.options, (log) => log, out);
  }

  backward(problem: PointProblem, gradient: Float64Array): boolean {
    this.#gradients.clear();
    const last = this.barycenter.map((mass, i) => mass * gradient[i]);
    this.#trajectory.unwind(
      (from, to) => this.#advance(problem, from, to),
      (from, iteration, index) => this.#pullBack(problem, from, iteration, index, last),
    );
    return true;
  }

  #advance(problem: PointProblem, from: Scalings, to: Iteration): boolean {
    const { memory, update } = this.#settings.options;
    for (let s = 0; s < problem.atoms.length; s++) {
      const atom = problem.atoms[s];
      const a = to.a[s];
      const c = to.c[s];
      const before = from.a[s];
      this.#operator.forward(from.b[s], c);
      for (let i = 0; i < a.length; i++) {
        a[i] = atom[i] > 0 ? update * (Math.log(atom[i]) - c[i]) + memory * before[i] : -Infinity;
      }
      this.#operator.transpose(a, to.phi[s]);
    }
    const logP = this.#logBarycenter;
    this.#settings.mean.apply(problem.weights, to.logPhi, logP);
    for (let s = 0; s < to.b.length; s++) {
      const b = to.b[s];
      const phi = to.phi[s];
      const before = from.b[s];
      for (let i = 0; i < b.length; i++) b[i] = update * (logP[i] - phi[i]) + memory * before[i];
    }
    return true;
  }

  #pullBack(problem: PointProblem, from: Scalings, at: Iteration, index: number, last: Float64Array): void {
    const { options, mean } = this.#settings;
    const { memory, update } = options;
    const { logB: gradients, pulled } = this.#gradients;
    this.#gradients.throughMean(mean, problem.weights, at.logPhi, index, last);
    for (let s = 0; s < problem.atoms.length; s++) {
      const q = pulled[s];
      const logB = gradients[s];
      for (let i = 0; i < q.length; i++) q[i] -= update * logB[i];
      this.#signed(q, at.phi[s], this.#operator.forward);
      this.#gradientOfAtom(problem.atoms[s], at, s, q);
      if (index === 0) continue;
      this.#signed(q, at.c[s], this.#operator.transpose);
      const b = from.b[s];
      for (let i = 0; i < b.length; i++) logB[i] = memory * logB[i] - update * this.#times(b[i], i);
    }
  }

  /** Adds to the gradient of atom s, and writes q over h. */
  #gradientOfAtom(atom: Float64Array, at: Iteration, s: number, q: Float64Array): void {
    const { memory, update, plain, sides } = this.#settings.options;
    const a = at.a[s];
    const c = at.c[s];
    const gradient = this.gradientAtoms[s];
    const logA = sides === 2 ? this.#gradients.logA[s] : undefined;
    for (let i = 0; i < q.length; i++) {
      q[i] = this.#times(a[i], i) + (logA ? logA[i] : 0);
      if (plain) gradient[i] += this.#times(-c[i], i, LARGEST_EXPONENT);
      else if (atom[i] > 0) gradient[i] += (update * q[i]) / atom[i];
      if (logA) logA[i] = memory * q[i];
    }
  }

  /** The logarithms of `apply`(x+ / exp(logDivisor)) and of the same for x-. */
  #signed(x: Float64Array, logDivisor: Float64Array, apply: LogOperator["forward"]): void {
    const part = this.#part;
    for (let i = 0; i < x.length; i++) part[i] = x[i] > 0 ? Math.log(x[i]) - logDivisor[i] : -Infinity;
    apply(part, this.#positive);
    for (let i = 0; i < x.length; i++) part[i] = x[i] < 0 ? Math.log(-x[i]) - logDivisor[i] : -Infinity;
    apply(part, this.#negative);
  }

  /** exp(logFactor) times entry i of what `#signed` left. */
  #times(logFactor: number, i: number, largest = Infinity): number {
    const positive = Math.min(logFactor + this.#positive[i], largest);
    const negative = Math.min(logFactor + this.#negative[i], largest);
    return Math.exp(positive) - Math.exp(negative);
  }
}
