import { describe, expect, it } from "vitest";
import { camera } from "../../../eval/pictures/camera.ts";
import { surfaceScatter } from "../../../eval/pictures/surface-scatter.ts";
import { sphereWires, torusWires } from "../../../eval/pictures/surface-wires.ts";
import type { SurfaceView } from "../../../eval/views.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

describe("camera", () => {
  it("keeps lengths and looks along its own direction", () => {
    const view = camera(30, 20);
    for (const point of [
      [1, 2, 3],
      [-4, 0, 1],
    ] as const) {
      // prettier-ignore
      const { x, y, depth } = view.look(point);
      expect(Math.hypot(x, y, depth)).toBeCloseTo(Math.hypot(...point), 12);
    }
    const [turn, tilt] = [Math.PI / 6, Math.PI / 9];
    const eye = [Math.cos(tilt) * Math.cos(turn), Math.cos(tilt) * Math.sin(turn), Math.sin(tilt)] as const;
    const { x, y, depth } = view.look(eye);
    expect([x, y, depth]).toBeAllclose([0, 0, 1], { absolute: 1e-14 });
  });

  it("has x to the right and z upwards where it looks from the front", () => {
    const { x, y, depth } = camera(-90, 0).look([2, 5, 7]);
    expect([x, y, depth]).toBeAllclose([2, 7, -5], { absolute: 1e-14 });
  });
});

describe("wires", () => {
  it("lie on their surfaces", () => {
    for (const point of sphereWires(2).flat()) expect(Math.hypot(...point)).toBeCloseTo(2, 12);
    for (const [x, y, z] of torusWires(3, 1).flat()) expect(Math.hypot(Math.hypot(x, y) - 3, z)).toBeCloseTo(1, 12);
  });
});

describe("surfaceScatter", () => {
  // on the two ends of the first camera's line of sight, and beside it
  const [turn, tilt] = [Math.PI / 6, Math.PI / 6];
  const eye = [Math.cos(tilt) * Math.cos(turn), Math.cos(tilt) * Math.sin(turn), Math.sin(tilt)];
  const points = ndarray(Float64Array.of(...eye, ...eye.map((value) => -value), 0, 0, 1), [3, 3]);
  const opacities = (svg: string) =>
    [...svg.matchAll(/aria-roledescription="point"[^>]*? opacity="([\d.]+)"/g)].map(([, value]) => Number(value));

  it("carries all points, names and classes for a page, as plain JSON", async () => {
    const set = { name: "X", points, names: ["a", "b", "c"], labels: ["u", undefined, "v"], masses: [1, 2, 3] };
    const { view } = await surfaceScatter([set], { wires: sphereWires(1) });
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(view).toMatchObject({
      kind: "surface",
      sets: [{ name: "X", names: ["a", "b", "c"], labels: ["u", null, "v"], masses: [1, 2, 3] }],
      eye: { elevation: 30 },
    });
    expect((view as SurfaceView).sets[0].points[2]).toEqual([0, 0, 1]);
  });

  it("shows both sides, nearer points last and clearer", async () => {
    const { svg } = await surfaceScatter([{ name: "X", points }], { wires: sphereWires(1) });
    expect(svgFaults(svg)).toEqual([]);
    expect(svgTexts(svg)).toEqual(["one side", "the other side"]);
    const shown = opacities(svg);
    expect(shown).toHaveLength(6);
    expect(shown[0]).toBeCloseTo(0.12, 6);
    expect(shown[2]).toBeCloseTo(0.9, 6);
    expect(shown[3]).toBeCloseTo(0.12, 6); // what was nearest is farthest from the other side
    expect(shown[5]).toBeCloseTo(0.9, 6);
    for (const view of [shown.slice(0, 3), shown.slice(3)]) expect(view).toEqual([...view].sort((a, b) => a - b));
    expect(svg).toContain('aria-roledescription="line mark"');
  });

  it("looks first from the side on which most points are", async () => {
    const behind = ndarray(Float64Array.of(-1, 0.1, -0.4, -1, -0.1, -0.4, -0.9, 0, -0.5, 0.3, 0, 0), [4, 3]);
    const { svg } = await surfaceScatter([{ name: "X", points: behind }], { wires: sphereWires(1.2) });
    const shown = opacities(svg);
    expect(shown.slice(1, 4).every((opacity) => opacity > 0.75)).toBe(true);
    expect(shown.slice(4, 7).every((opacity) => opacity < 0.25)).toBe(true);
  });

  it("has a row a set, named, with masses and classes", async () => {
    const sets = ["X", "Y"].map((name) => ({ name, points, masses: [1, 2, 0], labels: ["A", "B", "A"] }));
    const { svg } = await surfaceScatter(sets, { panels: true });
    expect(svgTexts(svg)).toEqual(expect.arrayContaining(["X, one side", "Y, the other side", "A", "B"]));
    expect(svgFaults(svg)).toEqual([]);
  });

  it("sees points without a surface around their own middle", async () => {
    const moved = ndarray(points.data.map((value) => value + 100), [3, 3]); // prettier-ignore
    const places = async (of: typeof points) => {
      const { svg } = await surfaceScatter([{ name: "X", points: of }]);
      return [...svg.matchAll(/aria-roledescription="point"[^>]*transform="translate\(([-\d.]+),([-\d.]+)\)/g)].flatMap(
        ([, x, y]) => [Number(x), Number(y)],
      );
    };
    expect(await places(moved)).toBeAllclose(await places(points), { absolute: 1e-6 });
  });

  it("refuses points of the plane", async () => {
    const plane = ndarray(new Float64Array(4), [2, 2]);
    await expect(surfaceScatter([{ name: "X", points: plane }])).rejects.toThrow(InputError);
    await expect(surfaceScatter([])).rejects.toThrow(InputError);
  });
});
