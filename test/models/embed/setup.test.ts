import { describe, expect, it } from "vitest";
import { embedOptions } from "../../../models/embed/options.ts";
import { setUpEmbed } from "../../../models/embed/setup.ts";
import { circlePair } from "../../../src/data/pairs/circle.ts";
import { resolveOptions } from "../../../src/options.ts";

describe("setUpEmbed", () => {
  it("makes the spaces of a data set once for training and evaluation, and anew for other options", async () => {
    const pair = circlePair(12, 2);
    const options = resolveOptions(embedOptions, { resolution: 3 });
    const first = await setUpEmbed(options, pair);
    expect(await setUpEmbed({ ...options, ...{ lambda: 3 } }, pair)).toBe(first);
    expect(await setUpEmbed(options, circlePair(12, 2))).not.toBe(first);

    const finer = await setUpEmbed({ ...options, resolution: 4 }, pair);
    expect([first, finer].map(({ problem }) => problem.target.metric.points)).toEqual([9, 16]);
  });
});
