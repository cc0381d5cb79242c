import type { BackendName } from "./loaders.ts";

/** Kinds of work, which differ in the backend that is fastest for them. */
export type Work = "transport" | "networks";

/** A backend, and what it must have to be preferred at its place. */
export interface Candidate {
  readonly name: BackendName;
  /**
   * `gpu`: computes on one; `faster`: so too, and that pays for the work by the rule of `device-rule.ts`; `native`: the addon is
   * there; `any`: works.
   */
  readonly needs: "gpu" | "faster" | "native" | "any";
}

interface Preference {
  /** In the words of "chosen for ...". */
  readonly description: string;
  readonly order: readonly Candidate[];
}

const LAST: Candidate = { name: "cpu", needs: "any" }; // always works

/** What `auto` tries for each kind of work, the fastest first. */
export const PREFERENCES: Readonly<Record<Work, Preference>> = {
  // Native and float64 engines do the work wherever tensors lie, and on wasm they need no copy. A GPU's kernels are faster for large
  // work only.
  transport: {
    description: "optimal transport",
    order: [{ name: "webgpu", needs: "faster" }, { name: "wasm", needs: "any" }, LAST],
  },
  // Dense products do. On the processor the addon's are as fast as TensorFlow's and need no copies around the other kernels;
  // those of wasm alone are six times slower, transposed ones hundreds of times (`otlearn bench matmul`).
  networks: {
    description: "training of networks",
    order: [
      { name: "tensorflow", needs: "gpu" },
      { name: "webgpu", needs: "gpu" },
      { name: "wasm", needs: "native" },
      { name: "tensorflow", needs: "any" },
      { name: "wasm", needs: "any" },
      LAST,
    ],
  },
};
