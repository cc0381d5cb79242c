/** A first step without a known curvature, in units of the variables. */
const FIRST_STEP = 0.5;
/** No step is longer: a logarithm of weights that moves by 3 changes them twentyfold. */
const LONGEST_STEP = 3;
/** A step that was too long is cut to a share of it between these. */
const CUT = { least: 0.1, most: 0.5 };
/** Pairs with s.y below this part of |y|^2 say nothing of the curvature. */
const LEAST_CURVATURE = 1e-12;

/** BFGS with the whole inverse Hessian of few variables, for one problem whose objective others evaluate. */
export class SmallBfgs {
  /** Where the next trial goes, times `length`. */
  readonly direction: Float64Array;
  length = 1;
  /** Of the direction. */
  slope = 0;
  readonly #inverse: Float64Array; // [S, S]
  #gradient: Float64Array;
  #isScaled: boolean;

  constructor(gradient: Float64Array, inverseCurvature?: Float64Array) {
    const size = gradient.length;
    this.#gradient = gradient;
    this.#isScaled = inverseCurvature !== undefined;
    this.#inverse = inverseCurvature ?? new Float64Array(size * size);
    if (!this.#isScaled) this.#setIdentity(FIRST_STEP / (Math.hypot(...gradient) || 1));
    this.direction = new Float64Array(size);
    this.#aim();
  }

  /** The trial was lower: its gradient. */
  accept(gradient: Float64Array): void {
    const step = this.direction.map((value) => this.length * value);
    const change = gradient.map((value, s) => value - this.#gradient[s]);
    this.#gradient = gradient;
    const [curvature, norm] = [dot(step, change), dot(change, change)];
    if (curvature > LEAST_CURVATURE * norm) {
      if (!this.#isScaled) this.#setIdentity(curvature / norm);
      this.#isScaled = true;
      this.#update(step, change, curvature);
    }
    this.#aim();
  }

  /** The trial was not low enough, by so much above the present loss: to the minimum of the parabola, within bounds. */
  shorten(rise: number): void {
    const full = this.length;
    const lowest = (-this.slope * full * full) / (2 * (rise - this.slope * full));
    this.length = Number.isFinite(lowest)
      ? Math.min(Math.max(lowest, CUT.least * full), CUT.most * full)
      : CUT.least * full;
  }

  #aim(): void {
    const size = this.#gradient.length;
    for (let s = 0; s < size; s++) {
      this.direction[s] = -dot(this.#inverse.subarray(s * size, (s + 1) * size), this.#gradient);
    }
    const norm = Math.hypot(...this.direction);
    if (norm > LONGEST_STEP) this.direction.forEach((value, s) => (this.direction[s] = (value * LONGEST_STEP) / norm));
    this.slope = dot(this.direction, this.#gradient);
    this.length = 1;
  }

  #update(step: Float64Array, change: Float64Array, curvature: number): void {
    const size = step.length;
    const image = step.map((_, s) => dot(this.#inverse.subarray(s * size, (s + 1) * size), change));
    const factor = (1 + dot(change, image) / curvature) / curvature;
    for (let s = 0; s < size; s++) {
      for (let t = 0; t < size; t++) {
        this.#inverse[s * size + t] +=
          factor * step[s] * step[t] - (image[s] * step[t] + step[s] * image[t]) / curvature;
      }
    }
  }

  #setIdentity(scale: number): void {
    const size = this.#gradient.length;
    this.#inverse.fill(0);
    for (let s = 0; s < size; s++) this.#inverse[s * (size + 1)] = scale;
  }
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i] * right[i];
  return sum;
}
