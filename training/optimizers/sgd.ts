import type { Optimizer } from "../../models/optimizer.ts";
import { firstOrder, type FirstOrderState } from "./first-order.ts";
import type { Schedule } from "./schedules.ts";
import { addScaled } from "./vector.ts";

export interface SgdOptions {
  /** Learning rate, or a schedule of it. */
  readonly rate: number | Schedule;
  /** Heavy-ball factor mu in v <- mu v + g. @default 0 */
  readonly momentum?: number;
}

/** Gradient descent with heavy-ball momentum: v <- mu v + g, x <- x - rate v. */
export function sgd({ rate, momentum = 0 }: SgdOptions): Optimizer<FirstOrderState> {
  return firstOrder(
    "sgd",
    {
      moments: ["velocity"],
      update(gradient, { velocity }) {
        const direction = addScaled(gradient, momentum, velocity);
        return { direction, moments: { velocity: direction } };
      },
    },
    rate,
  );
}
