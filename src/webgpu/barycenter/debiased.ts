import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { clear, launch } from "../launch.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { FieldPool } from "./field-pool.ts";
import { product, type KernelPasses, type Loading } from "./kernel-passes.ts";
import { LOGARITHMS } from "./logarithms.ts";
import { MEAN } from "./mean.ts";
import { copyRows, remember } from "./pointwise.ts";
import { violations } from "./sums.ts";

/** p = D prod_s phi_s^lambda_s, D <- sqrt(D p / K D) and b_s = p / phi_s of a pixel, in logarithms. */
const DEBIASED_MEAN: Kernel = {
  name: "debiased barycenter mean",
  buffers: ["read", "read", "read", "write", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
override POINTS: u32;
struct Uniforms { pixels: u32, first_row: u32 }
@group(0) @binding(0) var<storage, read> phi: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> product: array<f32>; // log2 K D
@group(0) @binding(3) var<storage, read_write> debias: array<f32>;
@group(0) @binding(4) var<storage, read_write> b: array<f32>;
@group(0) @binding(5) var<storage, read_write> p: array<f32>;
@group(0) @binding(6) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${LOGARITHMS}
${MEAN}
fn log_phi(s: u32) -> f32 { return phi[(pixel.x * ATOMS + s) * POINTS + pixel.y]; }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64 * workgroup_index(id, count) + lane;
  if (at >= uniforms.pixels) { return; }
  pixel = vec2u(at / POINTS, at % POINTS);
  let mean = log_mean() + debias[at];
  p[at] = mean;
  debias[at] = (debias[at] + mean - product[at]) / 2;
  for (var s = 0u; s < ATOMS; s++) { b[(pixel.x * ATOMS + s) * POINTS + pixel.y] = mean - log_phi(s); }
}
`,
};

export interface DebiasedInputs {
  /** Of a symmetric cost. */
  readonly passes: KernelPasses;
  readonly atoms: number;
  /** log2 d [S, N] */
  readonly masses: tf.TensorInfo;
  /** Lambda [B, S], of which the rows begin at `firstRow`. */
  readonly weights: tf.TensorInfo;
  readonly firstRow: number;
  readonly rows: number;
}

/** The iterations of `DebiasedIteration` for a group of data points, on logarithms to base 2, from a cold start. */
export class DebiasedGroup {
  readonly #inputs: DebiasedInputs;
  readonly #fields: FieldPool;
  /** log2 of b, c = K b of the iteration before and now, phi [rows, S, N]; of p, D and K D [rows, N]. */
  readonly #b: tf.TensorInfo;
  readonly #before: tf.TensorInfo;
  readonly #c: tf.TensorInfo;
  readonly #phi: tf.TensorInfo;
  readonly #scratch: tf.TensorInfo;
  readonly #p: tf.TensorInfo;
  readonly #debias: tf.TensorInfo;
  readonly #product: tf.TensorInfo;

  constructor(inputs: DebiasedInputs) {
    this.#inputs = inputs;
    this.#fields = new FieldPool(inputs.rows * inputs.atoms * inputs.passes.shape[0]);
    const take = () => this.#fields.take();
    [this.#b, this.#before, this.#c, this.#phi] = [take(), take(), take(), take()];
    [this.#scratch, this.#p, this.#debias, this.#product] = [take(), take(), take(), take()];
    clear(this.#b);
    clear(this.#debias);
  }

  advance(): void {
    const { passes, atoms, masses, weights, firstRow, rows } = this.#inputs;
    const points = passes.shape[0];
    this.#multiply(rows * atoms, this.#b, this.#before, { mode: "asIs" });
    const ratio = { mode: "shifted", beside: masses, others: atoms * points, scale: -1, shift: 1 } as const;
    this.#multiply(rows * atoms, this.#before, this.#phi, ratio);
    this.#multiply(rows, this.#debias, this.#product, { mode: "asIs" });
    launch(DEBIASED_MEAN, {
      buffers: [this.#phi, weights, this.#product, this.#debias, this.#b, this.#p],
      constants: { ATOMS: atoms, POINTS: points, POWER: 0 },
      uniforms: new Uint32Array([rows * points, firstRow]),
      workgroups: Math.ceil((rows * points) / 64),
    });
  }

  /** |a K b - d|_1 of each data point and atom into y [rows (S + 1)], and then |D K D - p|_1 of each data point. */
  violations(y: tf.TensorInfo): void {
    const { passes, atoms, masses, rows } = this.#inputs;
    const points = passes.shape[0];
    const shared = { before: undefined, isShared: false };
    remember({ width: atoms * points, update: 1, memory: 0 }, rows, {
      masses,
      c: this.#before,
      a: this.#phi,
      ...shared,
    });
    this.#multiply(rows * atoms, this.#b, this.#c, { mode: "asIs" });
    const sizes = { points, marginal: 1, isShared: false };
    violations({ rows, atoms, ...sizes }, { a: this.#phi, c: this.#c, masses, y }, 0);
    this.#multiply(rows, this.#debias, this.#product, { mode: "asIs" });
    const own = { a: this.#debias, c: this.#product, masses: this.#p, y };
    violations({ rows: 1, atoms: rows, ...sizes }, own, rows * atoms);
  }

  /** p, into its rows of [B, N]. */
  write(barycenters: tf.TensorInfo): void {
    const { passes, firstRow, rows } = this.#inputs;
    const [points] = passes.shape;
    const source = { tensor: this.#p, from: 0, stride: points };
    copyRows("masses", rows, points, source, { tensor: barycenters, from: firstRow * points, stride: points });
  }

  dispose(): void {
    this.#fields.dispose();
  }

  #multiply(rows: number, x: tf.TensorInfo, out: tf.TensorInfo, loading: Loading): void {
    product(this.#inputs.passes, "forward", rows, { x, out, scratch: this.#scratch }, loading);
  }
}
