import { serialization } from "@tensorflow/tfjs-core";
import type { Algebra } from "./algebra.ts";
import { FixedLayer } from "./fixed-layer.ts";

export interface SliceConfig {
  readonly name?: string;
  readonly begin: number;
  readonly length: number;
}

/** Columns begin .. begin + length - 1 of [batch, any]. */
export class Slice extends FixedLayer<SliceConfig> {
  static readonly className = "OtlearnSlice";

  protected get width(): number {
    return this.config.length;
  }

  formula<T>(algebra: Algebra<T>, [x]: readonly T[]): T {
    return algebra.columns(x, this.config.begin, this.config.length);
  }
}
serialization.registerClass(Slice);
