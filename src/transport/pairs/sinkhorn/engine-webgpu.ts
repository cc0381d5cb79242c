import { OptionError } from "../../../errors.ts";
import { allocate, readBack, release, submit } from "../../../webgpu/launch.ts";
import { columnStorage } from "../../../webgpu/pairs/columns.ts";
import {
  entryOf,
  MOST_IN_LOGARITHMS,
  MOST_IN_SCALINGS,
  roundingOf,
  type Domain,
} from "../../../webgpu/pairs/domains.ts";
import { groupsOf, type OpenPair } from "../../../webgpu/pairs/groups.ts";
import {
  ITERATIONS_PER_LAUNCH,
  iteratePairs,
  MOST_PAIR_ENTRIES,
  type Iteration,
} from "../../../webgpu/pairs/iterate.ts";
import { decodeState, NUMBERS_PER_STATE, START } from "../../../webgpu/pairs/jobs.ts";
import { KeptPotentials } from "../../../webgpu/pairs/kept-potentials.ts";
import { releaseMatrix, uploadMatrix, type DeviceMatrix } from "../../../webgpu/pairs/panels.ts";
import { pooledSize } from "../../../webgpu/pairs/pooled.ts";
import { solveSelfProblems } from "../../../webgpu/pairs/self.ts";
import { uploadSupports } from "../../../webgpu/pairs/supports.ts";
import { keptVector, vector } from "../kept.ts";
import type { PairEngine, PairSelection, PairStatistics } from "../engine.ts";
import { pairAt } from "../pair-order.ts";
import { partOf, selectedPair } from "../selection.ts";
import { joinStatistics, noPairs } from "../statistics.ts";
import type { DivergencePairsProblem, DivergenceSettings } from "./problem.ts";
import { countPresent, potentialPlaces } from "./stored-potentials.ts";

/** Pairs whose jobs and states are on the device at once. */
const MOST_PAIRS = 2 ** 15;

/** The number of the buffer for potentials that are not kept; those that are come after it. */
const NOT_KEPT = -1;

/** What belongs to a cost. */
interface Prepared extends Iteration {
  readonly epsilon: number;
  readonly maxIterations: number;
  readonly matrix: DeviceMatrix;
}

/**
 * Pairs in WGSL kernels, one workgroup a pair, in float32: on scalings where max(C) <= 26 epsilon, which keeps all of them in its
 * range from any start, and on logarithms beyond, as far as max(C) <= 2^15 epsilon. Beside what the tolerance leaves, values are
 * right to 2e-7 of epsilon and 1e-7 of the largest cost, and a tolerance below what rounding leaves is met there.
 *
 * Supports of sizes s, and k iterations a pair, take (`divergencePairsEstimate`)
 *
 * - operations: `4 k sum_{i<j} s_i s_j`, a multiplication and an addition for each entry of a pair's kernel and half an
 *   iteration; in logarithms an exponential with each;
 * - bytes of memory: `8 bins sum_i s_i` for panels, written once and read once, since the pairs that share one follow each other,
 *   and `8 sum_{i<j} min(s_i, s_j)` for the potentials before and after. Caches are read `4 k sum_{i<j} s_i s_j` bytes;
 * - launches: two for each 2^26 bytes of panels, and as many for each 64 iterations that pairs take.
 *
 * On the device stay potentials within `memory`, in buffers of at most a binding, and `bins^2 + 5 sum_i s_i` numbers.
 */
export function webgpuDivergencePairs({
  supports,
  sizes,
  layout,
}: DivergencePairsProblem): PairEngine<DivergenceSettings> {
  const { count, bins } = supports;
  const device = uploadSupports(supports);
  const kept = new KeptPotentials(keptSizes(sizes, layout.kept));
  const present = new Uint8Array(layout.kept);
  const mostSize = sizes.reduce((most, size) => Math.max(most, size), 0);
  const selfPotentials = allocate([2 * supports.indices.length]);
  let prepared: Prepared | undefined;

  function solveSelf({ domain, storage, matrix }: Prepared): void {
    const same = Array.from({ length: count }, (_, i): OpenPair => {
      return { rows: i, columns: i, segment: 0, potential: 0, start: START.self, result: 0 };
    });
    for (const { jobs, panels: layout } of groupsOf(same, supports, storage)) {
      const panels = layout.gather(matrix, device.bins);
      solveSelfProblems({ domain, storage, jobs, panels, supports: device, selfPotentials });
      release(panels);
      submit();
    }
  }

  /** Where these pairs start, and how many numbers their potentials take that are not kept. */
  function openPairs(which: PairSelection): { open: OpenPair[]; loose: number } {
    const open: OpenPair[] = [];
    let loose = 0;
    for (const place of potentialPlaces(layout, sizes, which)) {
      const result = open.length;
      const pair = selectedPair(which, result);
      const [i, j] = pairAt(pair, count);
      const ends = { rows: j, columns: i, result };
      if (place === undefined) {
        open.push({ ...ends, start: START.self, segment: NOT_KEPT, potential: loose });
        loose += Math.min(sizes[i], sizes[j]);
      } else {
        const { segment, place: potential } = kept.find(place);
        open.push({ ...ends, start: present[pair] === 1 ? START.kept : START.self, segment, potential });
      }
    }
    return { open, loose };
  }

  /** The divergences of as many pairs as are on the device at once. */
  async function solveTogether(which: PairSelection, values: Float64Array, given: Prepared): Promise<PairStatistics> {
    const { epsilon, maxIterations, matrix } = given;
    const { open: all, loose } = openPairs(which);
    const states = allocate([pooledSize(NUMBERS_PER_STATE * all.length)]);
    const working = loose > 0 ? [allocate([pooledSize(loose)])] : [];
    let statistics: PairStatistics = { ...noPairs, warmStarts: countPresent(present, which) };
    try {
      let open = all;
      for (let done = 0; open.length > 0;) {
        const mostIterations = Math.min(ITERATIONS_PER_LAUNCH, maxIterations - done);
        for (const { jobs, panels: layout, segment } of groupsOf(open, supports, given.storage)) {
          const panels = layout.gather(matrix, device.bins);
          const potentials = segment === NOT_KEPT ? working[0] : kept.buffer(segment);
          iteratePairs({
            ...given,
            jobs,
            panels,
            supports: device,
            selfPotentials,
            potentials,
            states,
            mostIterations,
          });
          release(panels);
          submit();
        }
        const found = await readBack(states);
        done += mostIterations;
        const goOn: OpenPair[] = [];
        for (const pair of open) {
          const { value, correction, violation, iterations, converged } = decodeState(found, pair.result);
          const isOpen = !converged && done < maxIterations;
          if (isOpen) goOn.push({ ...pair, start: START.resumed });
          const divergence = epsilon * (Math.LN2 * value + correction);
          values[pair.result] = divergence < 0 ? 0 : divergence; // NaN stays
          statistics = joinStatistics(statistics, {
            ...noPairs,
            iterations,
            ...(!isOpen && {
              unconverged: converged ? 0 : 1,
              clamped: divergence < 0 ? 1 : 0,
              largestViolation: violation,
            }),
          });
        }
        open = goOn;
      }
    } finally {
      release(states, ...working);
    }
    for (let k = 0; k < values.length; k++) {
      const pair = selectedPair(which, k);
      if (pair < layout.kept) present[pair] = 1;
    }
    return statistics;
  }

  return {
    name: "webgpu, float32",
    pieceEntries: MOST_PAIR_ENTRIES,
    keptBytes: layout.bytes,
    setCost(cost, { epsilon, tolerance, maxIterations }) {
      const largest = cost.reduce((most, entry) => Math.max(most, entry), 0) / epsilon;
      if (largest > MOST_IN_LOGARITHMS) {
        throw new OptionError(
          "epsilon",
          `expected at least ${1 / MOST_IN_LOGARITHMS} of the largest cost in float32 (webgpu), got ${1 / largest} of it; ` +
            "use another backend, or emdPairs",
        );
      }
      const domain: Domain = largest <= MOST_IN_SCALINGS ? "scaling" : "log";
      const entries = new Float32Array(cost.length);
      for (let k = 0; k < cost.length; k++) entries[k] = entryOf[domain](cost[k] / epsilon);
      if (prepared) releaseMatrix(prepared.matrix);
      prepared = {
        domain,
        storage: columnStorage(mostSize, domain),
        tolerance,
        roundingError: roundingOf[domain](largest) ** 2,
        largest,
        epsilon,
        maxIterations,
        matrix: uploadMatrix(entries, bins),
      };
      solveSelf(prepared);
    },
    async solve(which, values) {
      let all = noPairs;
      for (let from = 0; from < values.length; from += MOST_PAIRS) {
        const to = Math.min(values.length, from + MOST_PAIRS);
        all = joinStatistics(all, await solveTogether(partOf(which, from, to), values.subarray(from, to), prepared!));
      }
      return all;
    },
    async save() {
      return { values: vector(await kept.read()), present: vector(present) };
    },
    load(tree) {
      const values = keptVector(tree, "values", Float32Array, layout.numbers);
      present.set(keptVector(tree, "present", Uint8Array, layout.kept));
      kept.write(values);
    },
    dispose() {
      if (prepared) releaseMatrix(prepared.matrix);
      prepared = undefined;
      release(device.bins, device.masses, selfPotentials);
      kept.dispose();
    },
  };
}

/** Lengths of the potentials of the first pairs. */
function* keptSizes(sizes: Int32Array, pairs: number): Generator<number> {
  let left = pairs;
  for (let i = 0; i < sizes.length && left > 0; i++) {
    for (let j = i + 1; j < sizes.length && left > 0; j++, left--) yield Math.min(sizes[i], sizes[j]);
  }
}
