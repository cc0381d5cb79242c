import type * as tf from "@tensorflow/tfjs-core";
import type { StateTree } from "../../../../tensor/tree.ts";
import { allocate, release } from "../../../../webgpu/launch.ts";
import type { OpenPair } from "../../../../webgpu/pairs/groups.ts";
import { START } from "../../../../webgpu/pairs/jobs.ts";
import { KeptPotentials } from "../../../../webgpu/pairs/kept-potentials.ts";
import { pooledSize } from "../../../../webgpu/pairs/pooled.ts";
import type { PairSelection } from "../../engine.ts";
import { keptVector, vector } from "../../kept.ts";
import { pairAt } from "../../pair-order.ts";
import { selectedPair, sizeOfSelection } from "../../selection.ts";
import { countPresent, potentialPlaces, type PotentialLayout } from "../stored-potentials.ts";

/** The number of the buffer for potentials that are not kept; those that are come after it. */
const NOT_KEPT = -1;

/** Pairs that are to be solved. */
interface OpenPairs {
  readonly open: readonly OpenPair[];
  /** How many of them start from what is kept. */
  readonly warmStarts: number;
  /** The buffer of an `OpenPair.segment`. */
  readonly buffer: (segment: number) => tf.TensorInfo;
  /** Frees the potentials that are not kept. */
  readonly free: () => void;
}

/** `StoredPotentials` on the device: where pairs start from, and where their potentials go. */
export class DevicePotentials {
  readonly #layout: PotentialLayout;
  readonly #sizes: Int32Array;
  readonly #kept: KeptPotentials;
  readonly #present: Uint8Array;

  constructor(layout: PotentialLayout, sizes: Int32Array) {
    this.#layout = layout;
    this.#sizes = sizes;
    this.#kept = new KeptPotentials(keptSizes(sizes, layout.kept));
    this.#present = new Uint8Array(layout.kept);
  }

  open(which: PairSelection): OpenPairs {
    const sizes = this.#sizes;
    const open: OpenPair[] = [];
    let loose = 0; // numbers that are not kept
    for (const place of potentialPlaces(this.#layout, sizes, which)) {
      const result = open.length;
      const pair = selectedPair(which, result);
      const [i, j] = pairAt(pair, sizes.length);
      const ends = { rows: j, columns: i, result };
      if (place === undefined) {
        open.push({ ...ends, start: START.self, segment: NOT_KEPT, potential: loose });
        loose += Math.min(sizes[i], sizes[j]);
      } else {
        const { segment, place: potential } = this.#kept.find(place);
        open.push({ ...ends, start: this.#present[pair] === 1 ? START.kept : START.self, segment, potential });
      }
    }
    const working = loose > 0 ? [allocate([pooledSize(loose)])] : [];
    return {
      open,
      warmStarts: countPresent(this.#present, which),
      buffer: (segment) => (segment === NOT_KEPT ? working[0] : this.#kept.buffer(segment)),
      free: () => {
        release(...working);
      },
    };
  }

  /** These pairs have been solved: they start warm from now on, as far as they are kept. */
  keep(which: PairSelection): void {
    for (let k = 0; k < sizeOfSelection(which); k++) {
      const pair = selectedPair(which, k);
      if (pair < this.#layout.kept) this.#present[pair] = 1;
    }
  }

  async save(): Promise<StateTree> {
    return { values: vector(await this.#kept.read()), present: vector(this.#present) };
  }

  /** Takes over what `save` gave. Throws InputError where the sizes differ. */
  load(tree: StateTree): void {
    const values = keptVector(tree, "values", Float32Array, this.#layout.numbers);
    this.#present.set(keptVector(tree, "present", Uint8Array, this.#layout.kept));
    this.#kept.write(values);
  }

  dispose(): void {
    this.#kept.dispose();
  }
}

/** Lengths of the potentials of the first pairs. */
function* keptSizes(sizes: Int32Array, pairs: number): Generator<number> {
  let left = pairs;
  for (let i = 0; i < sizes.length && left > 0; i++) {
    for (let j = i + 1; j < sizes.length && left > 0; j++, left--) yield Math.min(sizes[i], sizes[j]);
  }
}
