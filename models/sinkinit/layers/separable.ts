import { serialization } from "@tensorflow/tfjs-core";
import type { Algebra } from "./algebra.ts";
import { AXIS_MAPS, type AxisMapName } from "./axis-matrices.ts";
import { alongBothAxes, FixedLayer } from "./fixed-layer.ts";

export interface SeparableConfig {
  readonly name?: string;
  readonly map: AxisMapName;
  /** Extent of both axes before and after. */
  readonly from: number;
  readonly to: number;
  /** Images a sample, one behind the other; each is mapped by itself. */
  readonly channels: number;
  /** Factor of the result. */
  readonly gain: number;
}

/**
 * The same fixed map along both axes of square images: [batch, channels * from * from] -> [batch, channels * to * to],
 * gain * A^T X A for each image X. The images of one sample stay together.
 */
export class Separable extends FixedLayer<SeparableConfig> {
  static readonly className = "OtlearnSeparable";

  protected get width(): number {
    return this.config.channels * this.config.to ** 2;
  }

  formula<T>(algebra: Algebra<T>, [x]: readonly T[]): T {
    const { map, from, to, gain } = this.config;
    const matrix = algebra.constant("matrix", from, () =>
      AXIS_MAPS[map](from, to).map((value) => value * Math.sqrt(gain)),
    );
    return algebra.reshape(alongBothAxes(algebra, x, [matrix, matrix], [from, from], [to, to]), [-1, this.width]);
  }
}
serialization.registerClass(Separable);
