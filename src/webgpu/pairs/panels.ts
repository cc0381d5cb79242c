import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { allocate, launch, release, upload } from "../launch.ts";
import { kernelLimits } from "../limits.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { pooled, pooledSize } from "./pooled.ts";

/** Bytes that the panels of one launch take at most, so that they stay in a cache or near one. */
const PANEL_BYTES = 2 ** 26;

/**
 * Packs the columns of a cost's matrix that lie in a support: a panel [bins, support]. Pairs that share these columns then read
 * whole cache lines, and each has its rows where they are.
 */
const GATHER: Kernel = {
  name: "pairs: gather panels",
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read> entries: array<f32>; // [rows, bins], a part of the matrix
@group(0) @binding(1) var<storage, read> bins: array<u32>;
@group(0) @binding(2) var<storage, read> gathered: array<vec3u>; // where a support begins, its size, where its panel begins
@group(0) @binding(3) var<storage, read_write> panels: array<f32>;
struct Uniforms { first_row: u32, rows: u32, bins: u32, panels: u32 }
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup_index(id, count);
  if (index >= uniforms.panels * uniforms.rows) { return; }
  let support = gathered[index / uniforms.rows];
  let row = index % uniforms.rows;
  let to = support.z + (uniforms.first_row + row) * support.y;
  for (var c = lane; c < support.y; c += 64) {
    panels[to + c] = entries[row * uniforms.bins + bins[support.x + c]];
  }
}`,
  buffers: ["read", "read", "read", "write"],
  uniforms: true,
};

/** A matrix [bins, bins] on the device, in as many parts as bindings ask for. */
export interface DeviceMatrix {
  readonly bins: number;
  readonly parts: readonly { readonly firstRow: number; readonly rows: number; readonly entries: tf.TensorInfo }[];
}

/** Takes the entries, which must not change before the next launch. */
export function uploadMatrix(entries: Float32Array, bins: number): DeviceMatrix {
  const most = Math.max(1, Math.floor(kernelLimits().maxStorageBufferBindingSize / (4 * bins)));
  const parts = Array.from({ length: Math.ceil(bins / most) }, (_, part) => {
    const firstRow = part * most;
    const rows = Math.min(most, bins - firstRow);
    return { firstRow, rows, entries: upload(entries.subarray(firstRow * bins, (firstRow + rows) * bins)) };
  });
  return { bins, parts };
}

export function releaseMatrix({ parts }: DeviceMatrix): void {
  release(...parts.map(({ entries }) => entries));
}

/** Bytes of panels that one launch may have; a single panel may take more of a binding. */
export function mostPanelBytes(): number {
  return Math.min(PANEL_BYTES, kernelLimits().maxStorageBufferBindingSize);
}

/** The panels of a few histograms, one after the other, as they are asked for. */
export class PanelLayout {
  readonly #bins: number;
  readonly #places = new Map<number, number>();
  readonly #list: number[] = [];
  #numbers = 0;

  constructor(bins: number) {
    this.#bins = bins;
  }

  /** Bytes with the panel of one more histogram, or of one that is there. */
  bytesWith(histogram: number, size: number): number {
    return 4 * (this.#numbers + (this.#places.has(histogram) ? 0 : this.#bins * size));
  }

  /** Where the panel of a histogram begins, whose support begins at `start`. */
  place(histogram: number, start: number, size: number): number {
    const known = this.#places.get(histogram);
    if (known !== undefined) return known;
    const place = this.#numbers;
    this.#places.set(histogram, place);
    this.#list.push(start, size, place, 0);
    this.#numbers += this.#bins * size;
    return place;
  }

  /** Records the launches that fill the panels; the caller releases them. */
  gather({ bins, parts }: DeviceMatrix, indices: tf.TensorInfo): tf.TensorInfo {
    const panels = allocate([pooledSize(this.#numbers)]);
    const list = upload(pooled(Int32Array.from(this.#list)));
    for (const { firstRow, rows, entries } of parts) {
      const uniforms = Uint32Array.of(firstRow, rows, bins, this.#places.size);
      const buffers = [entries, indices, list, panels];
      launch(GATHER, { buffers, constants: {}, uniforms, workgroups: rows * this.#places.size });
    }
    release(list);
    return panels;
  }
}
