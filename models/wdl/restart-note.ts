import type { WdlOptions } from "./options.ts";

/** More warm restarts than this do harm where barycenters are debiased. */
const MOST_RESTARTS = 5;

/**
 * Why many warm restarts do not suit debiased barycenters; undefined where there are none. D settles slowly, over more iterations than
 * there are between two restarts, and what a restart carries over is a constant for the gradient. 20 faces of 64 x 64, 5 iterations and
 * a restart every 10 steps: 36.8 dB after 50 steps, 35.0 dB after 200; 8 iterations without restarts: 36.7 dB from step 40 on.
 */
export function restartNote({
  debiased,
  warmRestart,
  iterations,
}: Pick<WdlOptions, "debiased" | "warmRestart" | "iterations">): string | undefined {
  if (!debiased || warmRestart === 0 || iterations <= (MOST_RESTARTS + 1) * warmRestart) return undefined;
  return (
    `debiased barycenters fit worse again after more than ${MOST_RESTARTS} warm restarts; take 8 to 20 Sinkhorn iterations and no ` +
    "warm restarts"
  );
}
