import { describe, expect, it } from "vitest";
import { barycentricPath } from "../../../eval/pictures/barycentric-path.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

/** Weights that run from corner to corner, [M, S]. */
function tour(frames: number, atoms: number) {
  const data = Float64Array.from({ length: frames * atoms }, (_, index) => {
    const position = (Math.floor(index / atoms) / frames) * atoms;
    const away = Math.abs(position - (index % atoms));
    return Math.max(0, 1 - Math.min(away, atoms - away));
  });
  return ndarray(data, [frames, atoms]);
}

/** Straight pieces of the polylines: of the outline, then of the path. */
function pieces(svg: string): number[] {
  const paths = [...svg.matchAll(/aria-roledescription="line mark"[^>]*d="([^"]*)"/g)];
  return paths.map(([, path]) => path.split("L").length - 1);
}

describe("barycentricPath", () => {
  it("numbers the frames, names the atoms and rings the first frame", async () => {
    const { svg } = await barycentricPath(tour(13, 4));
    expect(svgFaults(svg)).toEqual([]);
    const texts = svgTexts(svg);
    expect(texts.slice(0, 4)).toEqual(["atom 1", "atom 2", "atom 3", "atom 4"]);
    expect(texts.slice(4)).toEqual(Array.from({ length: 13 }, (_, index) => String(index + 1)));
    expect(svg.match(/aria-roledescription="circle"/g)).toHaveLength(13);
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(1);
  });

  it("joins consecutive frames, and the last with the first where asked", async () => {
    expect(pieces((await barycentricPath(tour(9, 3))).svg)).toEqual([3, 8]);
    expect(pieces((await barycentricPath(tour(9, 3), { closed: true })).svg)).toEqual([3, 9]);
  });

  it("draws two atoms on a line", async () => {
    const { svg } = await barycentricPath(ndarray(Float64Array.of(1, 0, 0.5, 0.5, 0, 1), [3, 2]));
    const heights = [...svg.matchAll(/translate\(([-\d.]+),([-\d.]+)\)" d="M[^"]*A/g)].map(([, , y]) => Number(y));
    expect(heights.length).toBeGreaterThan(2);
    expect(new Set(heights).size).toBe(1);
  });

  it("shows the atoms at their corners", async () => {
    const atoms = ndarray(
      Float64Array.from({ length: 48 }, (_, index) => index),
      [3, 4, 4],
    );
    const { svg } = await barycentricPath(tour(6, 3), { atoms, cornerNames: ["left", "right", "<far>"] });
    expect(svgFaults(svg)).toEqual([]);
    expect(svg.match(/href="data:image\/png;base64,/g)).toHaveLength(3);
    expect(svgTexts(svg)).toContain("&lt;far&gt;");
  });

  it("numbers only every k-th frame of a long sequence", async () => {
    const { svg } = await barycentricPath(tour(100, 3));
    expect(svgTexts(svg).slice(3)).toEqual(Array.from({ length: 25 }, (_, index) => String(4 * index + 1)));
  });

  it("refuses names and atoms that are not one a column", async () => {
    await expect(barycentricPath(tour(6, 3), { cornerNames: ["one"] })).rejects.toThrow("expected 3 names and images");
    await expect(barycentricPath(ndarray(new Float64Array(4), [4, 1]))).rejects.toThrow(InputError);
  });
});
