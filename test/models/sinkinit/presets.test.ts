import { expect, it } from "vitest";
import { sinkinitOptions } from "../../../models/sinkinit/options.ts";
import { completeSinkinit } from "../../../models/sinkinit/presets.ts";
import { resolveOptions } from "../../../src/options.ts";

it.each([
  ["gpu", "paper"],
  ["host", "small"],
] as const)("the automatic preset is for what computes, not for a backend's name: %s", (device, preset) => {
  const complete = completeSinkinit(resolveOptions(sinkinitOptions, {}), device);
  expect(complete.preset).toBe(preset);
  expect(completeSinkinit(complete, "gpu")).toEqual(complete);
});
