/** Of `cpp/glue/glue_initializer.cc`: the learned start of Sinkhorn of `models/sinkinit/any-grid`, fused. */
export interface InitializerNatives {
  /** Copies the weights; freed with the garbage collector. */
  createGridStart(network: GridStartNetwork): GridStart;
  /** Writes the potentials of a batch of pairs on one grid. */
  startOnGrid(problem: GridStartProblem): void;
}

interface GridStart {
  readonly native: unique symbol;
}

interface GridStartNetwork {
  /** At most 14. */
  readonly cells: number;
  readonly iterations: number;
  readonly leastEpsilon: number;
  /** At most as many as cells. */
  readonly modes: number;
  readonly widths: Int32Array;
  readonly mean: Float32Array; // [features]
  readonly gain: Float32Array; // [features]
  readonly shared: Float32Array; // [5, widths[0]]
  readonly kernels: readonly Float32Array[]; // [inputs, units] a layer, the output's last
  readonly biases: readonly Float32Array[]; // [units]
}

interface GridStartProblem {
  readonly network: GridStart;
  /** At most 128 points along an axis. */
  readonly size: readonly [number, number];
  readonly sides: readonly [number, number];
  /** In the network's units. */
  readonly epsilon: number;
  /** What a potential in these is multiplied by. */
  readonly unit: number;
  /** In the user's units: the factor of log b. */
  readonly massEpsilon: number;
  readonly pairs: number;
  readonly a: Float32Array; // [pairs, points]
  readonly b: Float32Array; // [pairs, points]
  readonly g: Float32Array; // [pairs, points], written
}
