import type { Optimizer } from "../../models/optimizer.ts";
import { firstOrder, type FirstOrderState } from "./first-order.ts";
import type { Schedule } from "./schedules.ts";

export interface AdamOptions {
  /** Learning rate, or a schedule of it. @default 1e-3 */
  readonly rate?: number | Schedule;
  /** Decay of the mean gradient. @default 0.9 */
  readonly beta1?: number;
  /** Decay of the mean squared gradient. @default 0.999 */
  readonly beta2?: number;
  /** Added to the root of the mean squared gradient. @default 1e-8 */
  readonly stabilizer?: number;
}

/** Adam (Kingma & Ba, 2015, algorithm 1): bias-corrected means of the gradient and of its square. */
export function adam({
  rate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  stabilizer = 1e-8,
}: AdamOptions = {}): Optimizer<FirstOrderState> {
  return firstOrder(
    "adam",
    {
      moments: ["mean", "square"],
      update(gradient, moments, t) {
        const mean = moments["mean"].map((m, i) => beta1 * m + (1 - beta1) * gradient[i]);
        const square = moments["square"].map((v, i) => beta2 * v + (1 - beta2) * gradient[i] ** 2);
        const meanBias = 1 - beta1 ** t;
        const squareBias = 1 - beta2 ** t;
        const direction = mean.map((m, i) => m / meanBias / (Math.sqrt(square[i] / squareBias) + stabilizer));
        return { direction, moments: { mean, square } };
      },
    },
    rate,
  );
}
