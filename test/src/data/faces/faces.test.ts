import { describe, expect, it } from "vitest";
import { faces, facesUnseen } from "../../../../src/data/faces/faces.ts";
import type { ImageDataset } from "../../../../src/data/dataset.ts";
import { InputError } from "../../../../src/errors.ts";

const SIDE = 64;
const images = (await faces.load({ size: String(SIDE) })) as ImageDataset;

function image(index: number, { values } = images): Float64Array {
  return values.data.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE);
}

const distance = (one: Float64Array, two: Float64Array): number => Math.hypot(...one.map((value, i) => value - two[i]));

describe("faces", () => {
  it("are 20 pictures of whole gray values, bright lines on a board that is dark but nowhere black", () => {
    const { shape, data } = images.values;
    expect(shape).toEqual([20, SIDE, SIDE]);
    expect(images.names.slice(0, 2)).toEqual(["face 1", "face 2"]);
    expect(data.every((value) => Number.isInteger(value) && value > 0 && value <= 255)).toBe(true);
    expect(Math.max(...data)).toBeGreaterThan(200);
    expect(Float64Array.from(data).sort()[data.length / 2]).toBeLessThan(20);
  });

  it("are labelled by where they look", () => {
    expect(new Set(images.labels)).toEqual(new Set(["left", "ahead", "right"]));
    const columnOfFeatures = (index: number): number => {
      let [sum, mass] = [0, 0];
      for (let y = 20; y < 56; y++) {
        for (let x = 16; x < 48; x++) {
          const value = image(index)[y * SIDE + x];
          [sum, mass] = [sum + value * x, mass + value];
        }
      }
      return sum / mass;
    };
    const of = (label: string) => images.labels!.flatMap((each, i) => (each === label ? [columnOfFeatures(i)] : []));
    expect(Math.max(...of("left"))).toBeLessThan(Math.min(...of("right")) - 1);
  });

  it("know what lies between two of them, which is not their mean", async () => {
    const between = images.between!;
    expect(await between(3, 8, 0)).toEqual(Float64Array.from(image(3)));
    expect(await between(3, 8, 1)).toEqual(Float64Array.from(image(8)));
    const blend = image(3).map((value, i) => (value + image(8)[i]) / 2);
    expect(distance(await between(3, 8, 0.5), blend)).toBeGreaterThan(0.3 * distance(image(3), image(8)));
  });

  it("have others that are like them, none of them the same", async () => {
    const unseen = await images.unseen!();
    expect(unseen.values).toEqual(((await facesUnseen.load({ size: String(SIDE) })) as ImageDataset).values);
    expect(unseen.names[0]).toBe("face 21");
    for (let one = 0; one < 20; one++) {
      for (let two = 0; two < 20; two++) {
        expect(distance(image(one), image(two, unseen))).toBeGreaterThan(100);
      }
    }
  });

  it("depend on the seed alone", async () => {
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => faces.load({ size: "16", seed })));
    expect(again.values).toEqual(first.values);
    expect(other.values.data).not.toEqual(first.values.data);
  });

  it("fill a frame that is not square, and refuse one that is huge", async () => {
    expect((await faces.load({ size: "34x30" })).values.shape).toEqual([20, 30, 34]);
    await expect(faces.load({ size: "5000" })).rejects.toThrow(InputError);
  });
});
