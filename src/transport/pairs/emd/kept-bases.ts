import { InputError } from "../../../errors.ts";
import type { StateTree } from "../../../tensor/tree.ts";
import { checkKeptLength, keptVector, vector } from "../kept.ts";

/** Bases of the first pairs: for each node in preorder which it is and where its parent stands; 65535 for no basis. */
interface Bases {
  /** Whose numbers of nodes they are: trees belong to masses in one engine's units. */
  readonly arithmetic: string;
  /** Whether they belong to a cost that is a metric: then they leave out what histograms have in common. */
  readonly metric: boolean;
  readonly nodes: Uint16Array;
}

/** What an engine can do with bases once it has a cost. */
export interface BasisStore {
  readonly metric: boolean;
  /** Numbers that all of them take. */
  readonly numbers: number;
  read(): Uint16Array;
  /** False, and nothing is changed, where they are no trees of these pairs. */
  write(nodes: Uint16Array): boolean;
}

/** Saves and loads bases, which can be told to fit only under a cost: before the first one, they wait. */
export class KeptBases {
  readonly #arithmetic: string;
  #store: BasisStore | undefined;
  #waiting: Bases | undefined;

  constructor(arithmetic: string) {
    this.#arithmetic = arithmetic;
  }

  /** After each `setCost`. Throws InputError where bases that waited fit no such pairs. */
  use(store: BasisStore): void {
    this.#store = store;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.#write(store, waiting);
  }

  save(): StateTree {
    const bases = this.#waiting ?? this.#present();
    return bases ? { arithmetic: bases.arithmetic, metric: bases.metric, nodes: vector(bases.nodes) } : {};
  }

  load(kept: StateTree): void {
    if (!("nodes" in kept)) return; // saved before there was a cost
    const nodes = keptVector(kept, "nodes", Uint16Array);
    const bases = { arithmetic: String(kept["arithmetic"]), metric: kept["metric"] === true, nodes };
    if (this.#store) this.#write(this.#store, bases);
    else this.#waiting = bases;
  }

  #present(): Bases | undefined {
    const store = this.#store;
    return store && { arithmetic: this.#arithmetic, metric: store.metric, nodes: store.read() };
  }

  #write(store: BasisStore, { arithmetic, metric, nodes }: Bases): void {
    if (arithmetic !== this.#arithmetic || metric !== store.metric) return;
    checkKeptLength("nodes", nodes.length, store.numbers);
    if (!store.write(nodes)) throw new InputError("kept nodes: expected spanning trees of these pairs, got others");
  }
}
