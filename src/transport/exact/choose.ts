import type { Geometry } from "../../geometry/geometry.ts";
import { nativeStatus } from "../../native/loader.ts";
import { hostEmd } from "./engine-host.ts";
import { nativeEmd } from "./engine-native.ts";
import type { EmdEngine } from "./engine.ts";

/** The engine for exact transport of one pair: masses and costs are the host's, whatever the backend. */
export function chooseEmd(): EmdEngine {
  const { addon } = nativeStatus();
  return addon ? nativeEmd(addon) : hostEmd;
}

/** Bytes of a cost matrix that is made where it is faster to read costs than to form them. */
const MATRIX_BYTES = 2 ** 28;

/** Up to this many coordinates the native engine forms a cost from points as fast as it reads one. */
const FEW_AXES = 8;

/**
 * Whether an engine should form costs from a geometry's points as it prices them, so that memory stays O((n + m) d), instead of
 * reading a matrix: where no matrix is there, and it would have more than 256 MiB (5800 x 5800 points) or, natively, points have at
 * most 8 coordinates.
 */
export function formsCosts({ kind, shape: [n, m], coordinates }: Geometry): boolean {
  if (coordinates === undefined || kind === "dense") return false;
  const native = nativeStatus().addon !== undefined;
  return Float64Array.BYTES_PER_ELEMENT * n * m > MATRIX_BYTES || (native && coordinates.x.shape[1] <= FEW_AXES);
}
