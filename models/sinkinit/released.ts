import { registerInitializer } from "../../src/transport/initializers/by-name.ts";
import { loadInitializer } from "./load.ts";

/**
 * `learned-28`: 28 x 28 images on the unit square, squared Euclidean cost, epsilon 0.01; what `otlearn train sinkinit
 * --preset small` learned.
 */
registerInitializer("learned-28", () => loadInitializer(new URL("./released/learned-28.safetensors", import.meta.url)));
