import { OptionError } from "../../src/errors.ts";
import { TARGET_NAMES } from "../../src/spaces/targets/by-name.ts";
import type { GivenEmbedOptions } from "./options.ts";

/** `--target FILE.npy` in two options: what kind of target it is, and the file, which belongs to the run as other inputs do. */
export function completeTarget<T extends Partial<GivenEmbedOptions>>(options: T): T {
  const { target, targetDistances } = options;
  if (targetDistances !== undefined && target !== "matrix") {
    throw new OptionError(
      "targetDistances",
      "only with target matrix; name the file as the target, and leave this out",
    );
  }
  if (target === undefined || (TARGET_NAMES as readonly string[]).includes(target)) return options;
  if (!/\.np[yz]$/.test(target)) {
    const names = TARGET_NAMES.filter((name) => name !== "matrix").join(", ");
    throw new OptionError(
      "target",
      `expected one of ${names} or an .npy file of distances, got ${JSON.stringify(target)}`,
    );
  }
  return { ...options, target: "matrix", targetDistances: target };
}
