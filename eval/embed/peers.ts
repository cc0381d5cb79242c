import { gromovAligner, jmdsAligner, type Aligner } from "./compare.ts";

/** Another method with one of its settings. */
export interface AlignmentPeer {
  readonly method: string;
  /** With its settings. */
  readonly name: string;
  readonly align: Aligner;
}

/** Entropies of Gromov-Wasserstein, of distances divided by their largest, among those that SCOT is used with. */
const EPSILONS = [5e-4, 1e-3, 5e-3];

/** The methods that joint embeddings are compared with. */
export const ALIGNMENT_PEERS: readonly AlignmentPeer[] = [
  { method: "JMDS", name: "JMDS", align: jmdsAligner() },
  ...EPSILONS.map((epsilon) => ({
    method: "GW",
    name: `GW, epsilon ${epsilon}`,
    align: gromovAligner(epsilon),
  })),
];
