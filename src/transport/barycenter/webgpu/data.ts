import type * as tf from "@tensorflow/tfjs-core";
import { release, upload } from "../../../webgpu/launch.ts";
import type { partFrom } from "../../../webgpu/parts.ts";
import type { DataTerm } from "../engine.ts";
import type { Group } from "./scalings.ts";

/** Data up to so many bytes stay on the device between calls; more are brought there group by group at each. */
const DATA_BYTES = 2 ** 28;

/** What a loss takes of a group's data points: [rows, N], behind so many numbers. */
export type DataOfGroup = (group: Group) => ReturnType<typeof partFrom>;

/** The rows of a term's data [B, N], which stay on the device as long as the same data come. */
export class DeviceData {
  readonly #points: number;
  #known: { readonly data: Float64Array; readonly groups: Map<string, tf.TensorInfo> } | undefined;

  constructor(points: number) {
    this.#points = points;
  }

  of({ data }: DataTerm): DataOfGroup {
    const n = this.#points;
    if (this.#known?.data !== data) this.dispose();
    const { groups } = (this.#known ??= { data, groups: new Map() });
    return ({ firstRow, rows }) => {
      if (4 * data.length > DATA_BYTES) forget(groups);
      const key = `${firstRow} ${rows}`;
      const part = groups.get(key) ?? upload(Float32Array.from(data.subarray(firstRow * n, (firstRow + rows) * n)));
      groups.set(key, part);
      return { part: { tensor: part, from: 0, count: rows * n }, skip: 0 };
    };
  }

  dispose(): void {
    if (this.#known) forget(this.#known.groups);
    this.#known = undefined;
  }
}

function forget(groups: Map<string, tf.TensorInfo>): void {
  release(...groups.values());
  groups.clear();
}
