import { serialization } from "@tensorflow/tfjs-core";
import type { Algebra } from "./algebra.ts";
import { FixedLayer } from "./fixed-layer.ts";

export interface RenormalizeConfig {
  readonly name?: string;
  /** Points of one histogram. */
  readonly points: number;
  /** Added to every entry, so that no mass is zero. */
  readonly floor: number;
}

/** Renorm[ReLU(x) + c] of both halves of a sample: [batch, 2 * points], each half with sum one (Geuter et al., 4.1). */
export class Renormalize extends FixedLayer<RenormalizeConfig> {
  static readonly className = "OtlearnRenormalize";

  protected get width(): number {
    return 2 * this.config.points;
  }

  formula<T>(algebra: Algebra<T>, [x]: readonly T[]): T {
    const { points, floor } = this.config;
    const halves = algebra.reshape(algebra.add(algebra.relu(x), floor), [-1, points]);
    return algebra.reshape(algebra.div(halves, algebra.sum(halves)), [-1, this.width]);
  }
}
serialization.registerClass(Renormalize);
