/** One workgroup's problem: the rows are the support of one histogram, the columns that of the other. */
export interface PairJob {
  /** Where the support of the rows begins among all supports, and how long it is. */
  readonly rows: number;
  readonly rowCount: number;
  readonly columns: number;
  readonly columnCount: number;
  /** Where the panel of the columns begins in the launch's panels. */
  readonly panel: number;
  /** Where the potential of the smaller support (the rows, where equal) is kept. */
  readonly potential: number;
  /** What it starts from. */
  readonly start: (typeof START)[keyof typeof START];
  /** Where its result goes. */
  readonly result: number;
}

export const START = {
  /** The potential of the self problem of the smaller support. */
  self: 0,
  /** What is kept. */
  kept: 1,
  /** What the last launch left of the same problem. */
  resumed: 2,
} as const;

/** The same for kernels. */
export const JOB = /* wgsl */ `
struct Job {
  rows: u32,
  row_count: u32,
  columns: u32,
  column_count: u32,
  panel: u32,
  potential: u32,
  start: u32,
  result: u32,
}
const START_SELF: u32 = ${START.self};
const START_RESUMED: u32 = ${START.resumed};
`;

export const NUMBERS_PER_JOB = 8;

export function encodeJobs(jobs: readonly PairJob[]): Int32Array<ArrayBuffer> {
  const numbers = new Int32Array(NUMBERS_PER_JOB * jobs.length);
  jobs.forEach(({ rows, rowCount, columns, columnCount, panel, potential, start, result }, k) => {
    numbers.set([rows, rowCount, columns, columnCount, panel, potential, start, result], NUMBERS_PER_JOB * k);
  });
  return numbers;
}

/** How a pair stands after a launch. */
export interface PairState {
  /** Of the dual less the self problems' share, in base-2 logarithms. */
  readonly value: number;
  /** What further iterations would add, in natural ones. */
  readonly correction: number;
  readonly violation: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** The same for kernels; the error and the ratio are for the next launch. */
export const STATE = /* wgsl */ `
struct State {
  value: f32,
  correction: f32,
  violation: f32,
  iterations: f32,
  converged: f32,
  error: f32,
  ratio: f32,
  unused: f32,
}
`;

export const NUMBERS_PER_STATE = 8;

export function decodeState(states: Float32Array, index: number): PairState {
  const [value, correction, violation, iterations, converged] = states.subarray(NUMBERS_PER_STATE * index);
  return { value, correction, violation, iterations, converged: converged === 1 };
}
