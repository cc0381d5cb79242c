/**
 * Learned starts for Sinkhorn, for programs that use one: nothing here imports a module of Node's, so that a bundler takes
 * it to a browser. Training is in `otlearn/models` and `otlearn/training`.
 */
export type { ApproximatorSpec } from "./approximator.ts";
import "./released.ts";
export { loadInitializer } from "./load.ts";
export type { LearnedInitializer } from "./initializer.ts";
export { unitGrid } from "../../src/geometry/grid.ts";
export { ones } from "../../src/transport/initializers/ones.ts";
export { sinkhorn } from "../../src/transport/sinkhorn/sinkhorn.ts";
