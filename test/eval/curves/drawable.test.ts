import { expect, it } from "vitest";
import { drawablePanels } from "../../../eval/curves/drawable.ts";
import type { MetricPanel } from "../../../eval/curves/metric-panel.ts";

const panel: MetricPanel = { title: "loss", metrics: ["loss"], scale: "log" };

it("keeps the logarithmic scale of positive metrics, and of single zeros", () => {
  expect(drawablePanels([panel], [{ loss: [3, 2, null, 0] }])).toEqual([panel]);
});

it.each([
  ["negative", [{ loss: [-1, -2, -3] }]],
  ["of both signs", [{ loss: [1, 0.5, -3] }]],
  ["negative in one run of two", [{ loss: [1, 0.5] }, { loss: [-1, -2] }]],
])("draws metrics that are %s on a linear scale", (_, runs) => {
  expect(drawablePanels([panel], runs)).toEqual([{ ...panel, scale: "linear" }]);
});
