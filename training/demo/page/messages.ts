import type { MorphView } from "../../../eval/views.ts";
import type { MetricsRow } from "../../../models/task.ts";
import type { BackendChoice } from "../../../src/tensor/backend.ts";

/** Gray images [count, height, width], 0 black to 255 white. */
export interface Images {
  readonly shape: readonly [count: number, height: number, width: number];
  readonly values: Float64Array;
  readonly names: readonly string[];
  /** Of a data set that otlearn knows, with its size: then a run needs not keep the images. */
  readonly dataset?: { readonly name: string; readonly size: string };
}

/** What the page asks of its worker. */
export type Order =
  | {
      readonly kind: "learn";
      readonly images: Images;
      readonly options: { readonly atoms: number; readonly iterations: number };
      readonly backend: BackendChoice;
    }
  | { readonly kind: "stop" };

/** What came out of it, ready to be saved. */
export interface Learned {
  /** Why the training ended, one line. */
  readonly reason: string;
  /** The files, by their names. */
  readonly files: Readonly<Record<"atoms.npy" | "weights.npy" | "run.zip", Uint8Array<ArrayBuffer>>>;
  readonly morph: MorphView;
}

/** What the worker tells. */
export type News =
  | { readonly kind: "backend"; readonly text: string }
  | { readonly kind: "step"; readonly row: MetricsRow; readonly atoms: Float64Array }
  | ({ readonly kind: "learned" } & Learned)
  | { readonly kind: "fault"; readonly message: string };
