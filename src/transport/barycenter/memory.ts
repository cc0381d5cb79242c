import { OptionError } from "../../errors.ts";
import { formatBytes, machineMemory } from "../../memory.ts";

/** Throws OptionError where the buffers for so many iterations would not fit into this machine. */
export function requireMemory(bytes: number, iterations: number, option = "iterations"): void {
  const memory = machineMemory();
  if (bytes <= memory) return;
  throw new OptionError(
    option,
    `${iterations} Sinkhorn iterations need at least ${formatBytes(bytes)} of memory here, this machine has ` +
      `${formatBytes(memory)}; ask for fewer iterations, atoms or points`,
  );
}
