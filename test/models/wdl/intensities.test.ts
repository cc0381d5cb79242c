import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHistograms, toIntensities } from "../../../models/wdl/intensities.ts";

const names = ["first", "second"];

describe("intensities", () => {
  it("are inverted, raised to alpha and divided by their sum", () => {
    const options = { peak: 255, alpha: 2, invert: true };
    const { data, masses } = toHistograms(Float64Array.of(255, 0, 127.5, 255), 4, options, names);
    expect(masses).toBeAllclose([1.25]);
    expect(data).toBeAllclose([0, 0.8, 0.2, 0]);
  });

  it("of 8-bit images come back exactly, for every alpha and both ways round", () => {
    const images = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 });
    const options = fc.record({
      peak: fc.constant(255),
      alpha: fc.constantFrom(1 / 3, 1, 2.2, 3),
      invert: fc.boolean(),
    });
    fc.assert(
      fc.property(images, options, (values, settings) => {
        const empty = settings.invert ? 255 : 0;
        fc.pre(values.slice(0, 3).some((value) => value !== empty) && values.slice(3).some((value) => value !== empty));
        const image = Float64Array.from(values);
        const { data, masses } = toHistograms(image, 3, settings, names);
        expect(toIntensities(data, 3, masses, settings)).toBeAllclose(image, { absolute: 0 });
      }),
    );
  });

  it("beyond the peak count as the peak", () => {
    const { data } = toHistograms(Float64Array.of(300, 255), 2, { peak: 255, alpha: 1, invert: false }, names);
    expect(data).toBeAllclose([0.5, 0.5]);
  });

  it.each([
    [false, [1, 2, 0, 0], "data: second is all zero; leave it out"],
    [true, [1, 2, 255, 255], "data: second is all white (inverted, it has no mass); leave it out"],
  ])("without mass are refused by name (invert %s)", (invert, values, message) => {
    const act = () => toHistograms(Float64Array.from(values), 2, { peak: 255, alpha: 1, invert }, names);
    expect(act).toThrow(message);
  });
});
