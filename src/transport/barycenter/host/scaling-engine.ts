import type { HostKernel } from "../../../geometry/geometry.ts";
import { EngineGradients } from "./point-gradients.ts";
import { allNormal, isNormal, type KernelRange } from "./kernel-range.ts";
import { readLogScalings, writeLogScalings } from "./log-scalings.ts";
import { allFinite, type EngineSettings, type PointEngine, type PointProblem } from "./point-engine.ts";
import { Trajectory, type Iteration, type Scalings } from "./trajectory.ts";

/**
 * The operator on the scalings themselves. With tau = `memory`, sigma = `update` (1 in the plain case):
 *
 *     c_s = K b_s                 a_s <- a_s^tau (d_s / c_s)^sigma      phi_s = K^T a_s
 *     p   = mean_s(phi_s)         b_s <- b_s^tau (p / phi_s)^sigma
 *
 * (Schmitz et al. 2018, Algorithms 1, 5, 6). Its adjoint carries rb_s = b_s * dloss/db_s and ra_s = a_s * dloss/da_s, the
 * gradients with respect to log b and log a, so that no power of a negative number occurs:
 *
 *     G    = gp * p (last iteration only) + sigma sum_s rb_s            h_s = share_s G - sigma rb_s
 *     t_s  = K (h_s / phi_s)                                            q_s = ra_s + a_s * t_s
 *     gd_s += t_s / c_s  (plain), sigma q_s / d_s (else)                ra_s (before) = tau q_s
 *     rb_s (before) = tau rb_s - sigma b_s(before) * K^T(q_s / c_s)
 *
 * with share_s and the gradient of the weights from the mean's own adjoint. Without ra and with share = lambda this is
 * the plain adjoint. A pixel without mass keeps a = 0. In the plain case its gradient is the limit t / c; in the variants
 * it is 0 (heavy-ball) or infinite in theory (unbalanced) and is reported as 0, its product with d = 0.
 *
 * Debiased (Janati, Cuturi, Gramfort 2020, Algorithm 1) p = D mean_s(phi_s) and D <- sqrt(D p / K D); with rD as rb
 *
 *     G    = gp * p (last iteration only) + sum_s rb_s + rD / 2          rD (before) = G + rD / 2 - D * K(rD / (2 K D))
 *
 * 2 L S kernel applications forward and 2 L S back, less the 2 S that a cold start shares between all points (its first c
 * and phi depend on no weight) and the S that would lead back to the start, which is a constant.
 */
export class ScalingEngine implements PointEngine {
  readonly barycenter: Float64Array;
  readonly gradientAtoms: readonly Float64Array[];
  readonly gradientWeights: Float64Array;
  readonly #settings: EngineSettings;
  readonly #kernels: readonly HostKernel[];
  readonly #range: KernelRange | undefined;
  readonly #trajectory: Trajectory;
  readonly #gradients: EngineGradients;
  readonly #work: Float64Array; // [N]
  readonly #product: Float64Array;
  readonly #atomWork: Float64Array; // [M]
  readonly #atomProduct: Float64Array;
  #firstHalfIsShared = false;

  /** Kernels, one an atom. `range` is where they are exact: leaving it makes `forward` answer false. Without it anything goes. */
  constructor(settings: EngineSettings, kernels: readonly HostKernel[], range?: KernelRange) {
    const { options, atoms, points, atomPoints, byteLimit } = settings;
    this.#settings = settings;
    this.#kernels = kernels;
    this.#range = range;
    const { iterations, debiased } = options;
    const size = { iterations, atoms, points, atomPoints, debiased, byteLimit };
    this.#trajectory = new Trajectory({ ...size, separateLogPhi: true });
    this.barycenter = new Float64Array(points);
    this.#gradients = new EngineGradients(settings);
    this.gradientAtoms = this.#gradients.atoms;
    this.gradientWeights = this.#gradients.weights;
    this.#work = new Float64Array(points);
    this.#product = new Float64Array(points);
    this.#atomWork = new Float64Array(atomPoints);
    this.#atomProduct = new Float64Array(atomPoints);
  }

  get iterations(): number {
    return this.#trajectory.done;
  }

  error({ atoms, mass }: PointProblem): number {
    const { a, b, debias } = this.#trajectory.last;
    const errors = atoms.map((atom, s) => {
      return this.#violation(atom, a[s], this.#kernels[s].apply(b[s], this.#atomProduct));
    });
    if (debias) errors.push(this.#violation(this.barycenter, debias, this.#kernels[0].apply(debias, this.#product)));
    return Math.max(...errors) / mass;
  }

  forward(problem: PointProblem): boolean {
    readLogScalings(problem.start, this.#settings.options, Math.exp, this.#trajectory.start);
    return this.#trajectory.run((from, to, index) => this.#advance(problem, from, to, index));
  }

  readLogScalings(out: Float64Array): void {
    const { last } = this.#trajectory;
    writeLogScalings(last, this.#settings.options, Math.log, out);
    if (!this.#range || !this.#settings.options.plain) return;
    // b = p / phi need not be a normal number where p and phi are
    const p = this.barycenter;
    last.b.forEach((b, s) => {
      for (let i = 0; i < b.length; i++) {
        if (!isNormal(b[i])) out[s * b.length + i] = Math.log(p[i]) - last.logPhi[s][i];
      }
    });
  }

  backward(problem: PointProblem, gradient: Float64Array): boolean {
    this.#gradients.clear();
    // The barycenter of a recomputed iteration overwrites the last one, so gp * p is formed first.
    const last = this.barycenter.map((mass, i) => mass * gradient[i]);
    this.#trajectory.unwind(
      (from, to, index) => this.#advance(problem, from, to, index),
      (from, iteration, index) => this.#pullBack(problem, from, iteration, index, last),
    );
    return allFinite(this.gradientAtoms);
  }

  #advance(problem: PointProblem, from: Scalings, to: Iteration, index: number): boolean | "end" {
    const { memory, update, tolerance } = this.#settings.options;
    if (index > 0 || problem.start || !this.#firstHalfIsShared) {
      for (let s = 0; s < problem.atoms.length; s++) {
        if (!this.#advanceAtom(problem.atoms[s], from, to, s)) return false;
      }
      if (from.debias) {
        const product = this.#kernels[0].apply(from.debias, to.debiasProduct!); // all atoms have this kernel
        if (this.#range && !this.#range.holds(from.debias, product)) return false;
      }
      if (index === 0) this.#firstHalfIsShared = !problem.start;
    }
    if (tolerance > 0 && index > 0) {
      const errors = problem.atoms.map((atom, s) => this.#violation(atom, from.a[s], to.c[s]));
      if (from.debias) errors.push(this.#violation(this.barycenter, from.debias, to.debiasProduct!));
      if (Math.max(...errors) <= tolerance * problem.mass) return "end";
    }
    const p = this.barycenter;
    this.#settings.mean.apply(problem.weights, to.logPhi, p);
    if (from.debias) for (let i = 0; i < p.length; i++) p[i] += Math.log(from.debias[i]);
    for (let i = 0; i < p.length; i++) p[i] = Math.exp(p[i]);
    if (this.#range && !allNormal(p)) return false;
    if (from.debias && !this.#advanceDebias(from.debias, to)) return false;
    for (let s = 0; s < to.b.length; s++) {
      const b = to.b[s];
      const phi = to.phi[s];
      for (let i = 0; i < p.length; i++) b[i] = p[i] / phi[i];
      if (update !== 1) raise(b, update);
      if (memory !== 0) multiplyByPower(b, from.b[s], memory);
    }
    return true;
  }

  /** c, a, phi and log phi of one atom. */
  #advanceAtom(atom: Float64Array, from: Scalings, to: Iteration, s: number): boolean {
    const { memory, update } = this.#settings.options;
    const a = to.a[s];
    const c = this.#kernels[s].apply(from.b[s], to.c[s]);
    if (this.#range && !this.#range.holds(from.b[s], c)) return false;
    for (let i = 0; i < a.length; i++) a[i] = atom[i] / c[i];
    if (update !== 1) raise(a, update);
    if (memory !== 0) multiplyByPower(a, from.a[s], memory);
    const phi = this.#kernels[s].applyTranspose(a, to.phi[s]);
    if (this.#range && !this.#range.holds(a, phi)) return false;
    const logPhi = to.logPhi[s];
    for (let i = 0; i < phi.length; i++) logPhi[i] = Math.log(phi[i]);
    return true;
  }

  /** D <- sqrt(D p / K D), by roots that leave the range at squares of its ends only. */
  #advanceDebias(before: Float64Array, to: Iteration): boolean {
    const debias = to.debias!;
    const product = to.debiasProduct!;
    const p = this.barycenter;
    for (let i = 0; i < p.length; i++) debias[i] = (Math.sqrt(before[i]) * Math.sqrt(p[i])) / Math.sqrt(product[i]);
    return !this.#range || allNormal(debias);
  }

  /** |a - (d / c)^(rho / (rho + epsilon))| c, summed. */
  #violation(atom: Float64Array, a: Float64Array, c: Float64Array): number {
    const { marginal } = this.#settings.options;
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      sum += marginal === 1 ? Math.abs(a[i] * c[i] - atom[i]) : Math.abs(a[i] - (atom[i] / c[i]) ** marginal) * c[i];
    }
    return sum;
  }

  #pullBack(problem: PointProblem, from: Scalings, at: Iteration, index: number, last: Float64Array): void {
    const { options, mean } = this.#settings;
    const { memory, update } = options;
    const { logB: gradients, pulled: all } = this.#gradients;
    this.#gradients.throughMean(mean, problem.weights, at.logPhi, index, last);
    if (from.debias && index > 0) this.#pullBackDebias(from.debias, at.debiasProduct!);
    for (let s = 0; s < problem.atoms.length; s++) {
      const work = this.#work;
      const pulled = all[s];
      const logB = gradients[s];
      const phi = at.phi[s];
      for (let i = 0; i < work.length; i++) work[i] = (pulled[i] - update * logB[i]) / phi[i];
      const t = this.#kernels[s].apply(work, this.#atomProduct);
      if (options.plain) this.#pullBackPlain(t, at, s);
      else this.#pullBackPowers(t, problem.atoms[s], at, s);
      if (index === 0) continue;
      const gradientB = this.#kernels[s].applyTranspose(this.#atomWork, this.#product);
      const b = from.b[s];
      for (let i = 0; i < logB.length; i++) logB[i] = memory * logB[i] - update * b[i] * gradientB[i];
    }
  }

  #pullBackDebias(before: Float64Array, product: Float64Array): void {
    const work = this.#work;
    const gradient = this.#gradients.debias!;
    for (let i = 0; i < work.length; i++) work[i] = gradient[i] / (2 * product[i]);
    const t = this.#kernels[0].applyTranspose(work, this.#product);
    this.#gradients.throughDebias((i) => before[i] * t[i]);
  }

  /** Adds to the gradient of atom s and leaves q / c in `#atomWork`. */
  #pullBackPlain(t: Float64Array, at: Iteration, s: number): void {
    const a = at.a[s];
    const c = at.c[s];
    const gradient = this.gradientAtoms[s];
    const work = this.#atomWork;
    for (let i = 0; i < t.length; i++) {
      const gradientMass = t[i] / c[i];
      gradient[i] += gradientMass;
      work[i] = gradientMass * a[i];
    }
  }

  #pullBackPowers(t: Float64Array, atom: Float64Array, at: Iteration, s: number): void {
    const { memory, update, sides } = this.#settings.options;
    const a = at.a[s];
    const c = at.c[s];
    const gradient = this.gradientAtoms[s];
    const work = this.#atomWork;
    const logA = sides === 2 ? this.#gradients.logA[s] : undefined;
    for (let i = 0; i < t.length; i++) {
      const q = a[i] * t[i] + (logA ? logA[i] : 0);
      if (atom[i] > 0) gradient[i] += (update * q) / atom[i];
      if (logA) logA[i] = memory * q;
      work[i] = q / c[i];
    }
  }
}

function raise(values: Float64Array, exponent: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i] ** exponent;
}

/** values <- values * base^exponent, where a value of 0 stays 0 whatever the base. */
function multiplyByPower(values: Float64Array, base: Float64Array, exponent: number): void {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) values[i] *= base[i] ** exponent;
}
