import { existsSync } from "node:fs";
import type { TrainedRun } from "../../eval/evaluator.ts";
import { RELEASED, readReleased } from "../../models/sinkinit/released.ts";
import type { Component } from "../components/component.ts";
import { componentOf } from "../components/index.ts";
import { completed, tableOf } from "./common-options.ts";
import { resolveOptions } from "../../src/options.ts";

/** Whether the name is one of an initialiser that comes with the package, and of nothing here. */
export function isReleased(name: string): boolean {
  return RELEASED.includes(name) && !existsSync(name);
}

/** Such an initialiser as if it were a run of its preset, without a history. */
export async function releasedRun(name: string): Promise<{ readonly component: Component; readonly run: TrainedRun }> {
  const component = componentOf("sinkinit");
  const { preset, weights } = await readReleased(name);
  const options = completed(component, resolveOptions(tableOf(component), { preset }), "host");
  return { component, run: { name, config: { options }, state: { approximator: weights }, history: [] } };
}
