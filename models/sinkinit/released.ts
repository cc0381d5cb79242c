import { registerInitializer } from "../../src/transport/initializers/by-name.ts";
import { loadInitializer } from "./load.ts";

/**
 * `learned-28`: 28 x 28 images on the unit square, squared Euclidean cost, epsilon 0.01; what `otlearn train sinkinit
 * --preset small` learned.
 */
registerInitializer("learned-28", () => loadInitializer(new URL("./released/learned-28.safetensors", import.meta.url)));

/**
 * `learned-any`: every grid of two axes of 8 to 128 points, squared Euclidean cost, epsilon of 1e-3 to 1e-1 times the square of the
 * longest side; what `otlearn train sinkinit --preset any` learned.
 */
registerInitializer("learned-any", () =>
  loadInitializer(new URL("./released/learned-any.safetensors", import.meta.url)),
);
