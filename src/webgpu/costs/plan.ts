import { EXPONENTIAL } from "../cost.ts";
import { mostOperations } from "./pace.ts";
import { LANE_WIDTH, type CostBlock, type CostSource, type Span } from "./source.ts";

/** Pairs of a batch that share a lane's costs, where there are so many. */
const PAIRS_A_LANE = 4;

/** Workgroups that fill a large device: with fewer of them, the reduced side is split. */
const ENOUGH_WORKGROUPS = 512;

/** Indices of the reduced side that are worth a workgroup of their own. */
const SHORTEST_SPLIT = 256;

/** Of a cost, for each pair of the batch: an exponential, the exponent, the running maximum and the sum. */
const OPERATIONS_A_PAIR = EXPONENTIAL + 5;

/** One launch: of some tiles of outputs, and some splits of the reduced side, of a block of costs. */
export interface Step {
  readonly block: CostBlock;
  readonly tiles: Span;
  readonly splits: Span;
  readonly splitLength: number;
  /** Number of the block's first part. */
  readonly firstPart: number;
  readonly workgroups: number;
  readonly operations: number;
}

export interface Reduction {
  readonly steps: readonly Step[];
  /** Parts of each output, to be put together; 1 where workgroups see the whole of the reduced side. */
  readonly parts: number;
  readonly pairsALane: number;
}

/** How the reduction of a source, of so many pairs, is cut into launches. A function of sizes and limits alone: the same bits each time. */
export function planReduction(
  source: Pick<CostSource, "shape" | "dimension" | "operationsAnAxis" | "lanes" | "blocks">,
  transposed: boolean,
  pairs: number,
): Reduction {
  const lanes = source.lanes(transposed);
  const [tile, stride] = [LANE_WIDTH * lanes.outputs, LANE_WIDTH * lanes.reduced];
  const pairsALane = pairs >= PAIRS_A_LANE ? PAIRS_A_LANE : 1;
  const pairTiles = Math.ceil(pairs / pairsALane);
  const all = source.shape[transposed ? 1 : 0];
  const wanted = Math.ceil(ENOUGH_WORKGROUPS / (Math.ceil(all / tile) * pairTiles));
  const operationsEach = source.operationsAnAxis * source.dimension + OPERATIONS_A_PAIR * pairs;
  const parts = new Map<number, number>(); // so far, of the outputs from some index on
  const steps = source.blocks(transposed).flatMap(({ outputs, reduced, ...block }): Step[] => {
    const launches = Math.ceil((all * reduced.count * operationsEach) / mostOperations());
    const tiles = Math.ceil(outputs.count / tile);
    // cut by outputs where each launch has enough of them, else by the reduced side
    const isByOutputs = Math.ceil(all / tile) * pairTiles >= ENOUGH_WORKGROUPS * launches;
    const most = Math.max(1, Math.floor(reduced.count / SHORTEST_SPLIT));
    const splitLength =
      stride * Math.ceil(reduced.count / Math.min(most, isByOutputs ? wanted : wanted * launches) / stride);
    const splits = Math.ceil(reduced.count / splitLength);
    const firstPart = parts.get(outputs.from) ?? 0;
    parts.set(outputs.from, firstPart + splits);
    const cuts = isByOutputs
      ? cut(tiles, launches).map((ofTiles) => ({ tiles: ofTiles, splits: { from: 0, count: splits } }))
      : cut(splits, launches).map((ofSplits) => ({ tiles: { from: 0, count: tiles }, splits: ofSplits }));
    return cuts.map((step) => ({
      ...step,
      block: { ...block, outputs, reduced },
      splitLength,
      firstPart,
      workgroups: step.tiles.count * step.splits.count * pairTiles,
      operations: step.tiles.count * tile * Math.min(step.splits.count * splitLength, reduced.count) * operationsEach,
    }));
  });
  return { steps, parts: Math.max(...parts.values()), pairsALane };
}

/** So many things in so many spans of about equal length, or fewer. */
function cut(count: number, pieces: number): Span[] {
  const each = Math.ceil(count / pieces);
  return Array.from({ length: Math.ceil(count / each) }, (_, piece) => ({
    from: piece * each,
    count: Math.min(each, count - piece * each),
  }));
}
