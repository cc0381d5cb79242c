import { InputError } from "../../src/errors.ts";
import type { Component } from "./component.ts";
import { embedComponent } from "./embed.ts";
import { sinkinitComponent } from "./sinkinit.ts";
import { metricComponent } from "./metric.ts";
import { wdlComponent } from "./wdl.ts";
import { wsvComponent } from "./wsv.ts";

/** The components by the name of their task. */
export const components: Readonly<Record<string, Component>> = {
  wdl: wdlComponent,
  sinkinit: sinkinitComponent,
  wsv: wsvComponent,
  metric: metricComponent,
  embed: embedComponent,
};

/** Throws InputError for an unknown task, naming the known ones. */
export function componentOf(task: string): Component {
  if (!Object.hasOwn(components, task)) {
    throw new InputError(`task ${task}: unknown; known are ${Object.keys(components).join(", ")}`);
  }
  return components[task];
}
