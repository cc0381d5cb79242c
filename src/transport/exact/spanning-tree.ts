/**
 * The spanning tree of a network simplex: one basic arc from each node but the root to its parent, and a thread through all
 * nodes in preorder (Barr, Glover and Klingman 1979), so that a subtree is a run of the thread. As `cpp/emd/spanning_tree.h`.
 */
export class SpanningTree {
  /** -1: the root. */
  readonly parent: Int32Array;
  /** The thread, a circle. */
  readonly next: Int32Array;
  readonly #previous: Int32Array;
  /** Nodes of the subtree. */
  readonly #size: Int32Array;
  /** On the arc to the parent, in units of mass. */
  readonly flow: Float64Array;
  /** Of the arc to the parent. */
  readonly cost: Float64Array;
  root = -1;

  constructor(readonly nodes: number) {
    this.parent = new Int32Array(nodes).fill(-1);
    this.next = new Int32Array(nodes);
    this.#previous = new Int32Array(nodes);
    this.#size = new Int32Array(nodes);
    this.flow = new Float64Array(nodes);
    this.cost = new Float64Array(nodes);
  }

  /** Makes `root` the root of what the parents say; flows and costs move along. To be threaded anew. */
  rootAt(root: number): void {
    const { parent, flow, cost } = this;
    let [upper, upperFlow, upperCost] = [-1, 0, 0];
    for (let stem = root; stem >= 0;) {
      const old = [parent[stem], flow[stem], cost[stem]];
      [parent[stem], flow[stem], cost[stem]] = [upper, upperFlow, upperCost];
      [upper, upperFlow, upperCost] = [stem, old[1], old[2]];
      stem = old[0];
    }
  }

  /** Sets thread and sizes from the parents. `order` lists the nodes parents first. */
  thread(order: readonly number[] | Int32Array): void {
    const { parent, next } = this;
    const [previous, size] = [this.#previous, this.#size];
    this.root = order[0];
    next[this.root] = previous[this.root] = this.root;
    size.fill(1);
    for (let k = order.length - 1; k > 0; k--) size[parent[order[k]]] += size[order[k]];
    for (let k = 1; k < order.length; k++) {
      const node = order[k]; // becomes the first child
      const upper = parent[node];
      next[node] = next[upper];
      previous[node] = upper;
      previous[next[upper]] = node;
      next[upper] = node;
    }
  }

  /** The deepest node whose subtree has both. */
  join(first: number, second: number): number {
    const parent = this.parent;
    const size = this.#size;
    // of two different nodes, the one with the smaller subtree has not the other below it
    while (first !== second) {
      if (size[first] < size[second]) first = parent[first];
      else second = parent[second];
    }
    return first;
  }

  /**
   * Cuts off the subtree of `top` and hangs it, rooted at its node `end`, below `upper`, by an arc with this flow and cost.
   * Calls `visit` for each node of the subtree. `join` is that of end and upper.
   */
  hang(
    top: number,
    end: number,
    upper: number,
    join: number,
    flow: number,
    cost: number,
    visit: (node: number) => void,
  ): void {
    const { parent, next } = this;
    const [previous, size] = [this.#previous, this.#size];
    const moved = size[top];
    const before = previous[top];
    for (let node = parent[top]; node !== join; node = parent[node]) size[node] -= moved;
    for (let node = upper; node !== join; node = parent[node]) size[node] += moved;

    // Along the stem, from `end` to `top`: the thread takes each node's subtree less what it has taken, and the arc between
    // two stem nodes turns round.
    let [tail, below, belowSize, after] = [-1, -1, 0, -1];
    for (let stem = end, above = upper; ;) {
      if (tail >= 0) this.#link(tail, stem);
      tail = stem;
      visit(stem);
      let beyond = below < 0;
      for (let left = size[stem] - belowSize - 1; left > 0; left--) {
        if (next[tail] === below) {
          this.#link(tail, after);
          beyond = true;
        }
        tail = next[tail];
        visit(tail);
      }
      if (beyond) after = next[tail];
      const [oldParent, oldSize, oldFlow, oldCost] = [parent[stem], size[stem], this.flow[stem], this.cost[stem]];
      parent[stem] = above;
      size[stem] = moved - belowSize;
      this.flow[stem] = flow;
      this.cost[stem] = cost;
      if (stem === top) break;
      above = below = stem;
      [belowSize, flow, cost, stem] = [oldSize, oldFlow, oldCost, oldParent];
    }

    this.#link(before, after);
    const following = next[upper];
    this.#link(upper, end);
    this.#link(tail, following);
  }

  #link(node: number, next: number): void {
    this.next[node] = next;
    this.#previous[next] = node;
  }
}
