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
import { releaseMatrix, uploadMatrix, type DeviceMatrix } from "../../../webgpu/pairs/panels.ts";
import { pooledSize } from "../../../webgpu/pairs/pooled.ts";
import { solveSelfProblems } from "../../../webgpu/pairs/self.ts";
import { uploadSupports } from "../../../webgpu/pairs/supports.ts";
import type { PairEngine, PairSelection, PairStatistics } from "../engine.ts";
import { partOf } from "../selection.ts";
import { joinStatistics, noPairs } from "../statistics.ts";
import type { DivergencePairsProblem, DivergenceSettings } from "./problem.ts";
import { DevicePotentials } from "./webgpu/potentials.ts";

/** Pairs whose jobs and states are on the device at once. */
const MOST_PAIRS = 2 ** 15;

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
  const potentials = new DevicePotentials(layout, sizes);
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

  /** The divergences of as many pairs as are on the device at once. */
  async function solveTogether(which: PairSelection, values: Float64Array, given: Prepared): Promise<PairStatistics> {
    const { epsilon, maxIterations, matrix } = given;
    const { open: all, warmStarts, buffer, free } = potentials.open(which);
    const states = allocate([pooledSize(NUMBERS_PER_STATE * all.length)]);
    let statistics: PairStatistics = { ...noPairs, warmStarts };
    try {
      let open = all;
      for (let done = 0; open.length > 0;) {
        const mostIterations = Math.min(ITERATIONS_PER_LAUNCH, maxIterations - done);
        for (const { jobs, panels: layout, segment } of groupsOf(open, supports, given.storage)) {
          const panels = layout.gather(matrix, device.bins);
          iteratePairs({
            ...given,
            jobs,
            panels,
            supports: device,
            selfPotentials,
            potentials: buffer(segment),
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
      release(states);
      free();
    }
    potentials.keep(which);
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
    save: () => potentials.save(),
    load(tree) {
      potentials.load(tree);
    },
    dispose() {
      if (prepared) releaseMatrix(prepared.matrix);
      prepared = undefined;
      release(device.bins, device.masses, selfPotentials);
      potentials.dispose();
    },
  };
}
