import type { HostKernel } from "../../geometry/geometry.ts";

/** A point of the dual of entropic transport: masses a [n] and b [m], log-scalings, and the second marginal c [m]. */
export interface DualPoint {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
  readonly logU: Float64Array;
  readonly logV: Float64Array;
}

interface Settings {
  /** |c - b|_1 */
  readonly error: number;
  readonly damping: number;
  /** With the kernel, at most. */
  readonly products: number;
}

interface Direction {
  /** [m], 0 where there is no mass. */
  readonly direction: Float64Array;
  /** Its product with the gradient b - c. */
  readonly gain: number;
  readonly products: number;
}

const MOST_ITERATIONS = 300;
/** By how much the residual's norm is lowered; more where the error is small. */
const RESIDUAL = 0.1;

/** Newton's direction x, ((1 + damping) diag(c) - P^T diag(1 / a) P) x = b - c, by conjugate gradients preconditioned with diag(c). */
export function dampedDirection(kernel: HostKernel, point: DualPoint, settings: Settings): Direction {
  const { b, c } = point;
  const x = new Float64Array(b.length);
  const residual = b.map((mass, j) => mass - c[j]);
  const search = residual.map((value, j) => (b[j] > 0 ? value / c[j] : 0));
  const image = hessian(kernel, point, settings.damping);
  let norm = residual.reduce((sum, value, j) => sum + value * search[j], 0);
  const goal = Math.min(RESIDUAL, Math.sqrt(settings.error)) ** 2 * norm;
  let products = 0;
  for (let k = 0; k < MOST_ITERATIONS && norm > goal && products < settings.products; k++, products += 2) {
    const mapped = image(search);
    const curvature = mapped.reduce((sum, value, j) => sum + value * search[j], 0);
    if (!(curvature > 0)) break;
    const length = norm / curvature;
    let next = 0;
    for (let j = 0; j < x.length; j++) {
      if (b[j] === 0) continue;
      x[j] += length * search[j];
      residual[j] -= length * mapped[j];
      next += residual[j] ** 2 / c[j];
    }
    for (let j = 0; j < x.length; j++) if (b[j] > 0) search[j] = residual[j] / c[j] + (next / norm) * search[j];
    norm = next;
  }
  return { direction: x, gain: x.reduce((sum, value, j) => sum + value * (b[j] - c[j]), 0), products };
}

/** x -> ((1 + damping) diag(c) - P^T diag(1 / a) P) x, two products with the kernel. */
function hessian(kernel: HostKernel, { a, b, c, logU, logV }: DualPoint, damping: number) {
  const rows = new Float64Array(a.length);
  const columns = new Float64Array(b.length);
  const out = new Float64Array(b.length);
  return (x: Float64Array): Float64Array => {
    // logarithms are of positive numbers: a constant is added, of which P^T diag(1 / a) P makes c times it
    const shift = x.reduce((most, value) => Math.max(most, 2 * Math.abs(value)), 0);
    for (let j = 0; j < b.length; j++) columns[j] = b[j] > 0 ? logV[j] + Math.log(x[j] + shift) : -Infinity;
    kernel.logApply(columns, rows);
    for (let i = 0; i < a.length; i++) rows[i] = a[i] > 0 ? 2 * logU[i] + rows[i] - Math.log(a[i]) : -Infinity;
    kernel.logApplyTranspose(rows, columns);
    for (let j = 0; j < b.length; j++) {
      const product = b[j] > 0 ? Math.exp(logV[j] + columns[j]) - shift * c[j] : 0;
      out[j] = (1 + damping) * c[j] * x[j] - product;
    }
    return out;
  };
}
