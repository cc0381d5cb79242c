import { OptionError } from "../../src/errors.ts";
import type { WdlOptions } from "./options.ts";

/** Part of a training run that is spent at one gamma. */
export interface GammaStage {
  /** Entropic regularisation, in cost units. */
  readonly gamma: number;
  /** The last optimiser iteration of the stage, counted from 1 over the whole run. */
  readonly until: number;
}

type ScheduleOptions = Pick<WdlOptions, "gamma" | "gammaSchedule" | "iterations">;

/**
 * The stages of a run, coarse to fine: the gammas of `gammaSchedule` ("8,4,2"), then `gamma` itself, each for an equal share of the
 * iterations. A schedule that ends with `gamma` names it once. Throws OptionError unless the gammas fall down to `gamma` and there is an
 * iteration for each.
 */
export function gammaStages({ gamma, gammaSchedule, iterations }: ScheduleOptions): GammaStage[] {
  const before = gammaSchedule === undefined ? [] : parseGammas(gammaSchedule);
  const gammas = before.at(-1) === gamma ? before : [...before, gamma];
  const rises = gammas.findIndex((value, stage) => stage > 0 && value >= gammas[stage - 1]);
  if (rises >= 0) {
    const detail = `expected gammas that fall, down to --gamma ${gamma}, got ${gammas.join(", ")}`;
    throw new OptionError("gammaSchedule", detail);
  }
  if (iterations < gammas.length) {
    const detail = `${gammas.length} stages need as many --iterations, got ${iterations}; name fewer gammas`;
    throw new OptionError("gammaSchedule", detail);
  }
  return gammas.map((value, stage) => ({
    gamma: value,
    until: Math.round(((stage + 1) * iterations) / gammas.length),
  }));
}

function parseGammas(text: string): number[] {
  return text.split(",").map((part) => {
    const value = part.trim() === "" ? NaN : Number(part);
    if (value > 0 && value < Infinity) return value;
    throw new OptionError("gammaSchedule", `expected positive numbers as in 8,4,2, got ${JSON.stringify(text)}`);
  });
}
