import { expect, it } from "vitest";
import { grid } from "../../../src/geometry/grid.ts";
import { gridHostKernel } from "../../../src/geometry/grid-host.ts";
import { nativeGridKernel } from "../../../src/geometry/grid-native.ts";
import { randomMasses, randomNormal } from "../../support/problems.ts";

// at least 256 points, which the addon takes; rows that are whole registers and others
const SIZES = [[300], [16, 16], [19, 21], [7, 6, 11]];

it.each(SIZES.flatMap((size) => [0.05, 1, 40].map((epsilon) => ({ size, epsilon }))))(
  "of $size at epsilon $epsilon is that of TypeScript",
  ({ size, epsilon }) => {
    const geometry = grid({ size, spacing: size.map((_, axis) => 0.5 + 0.2 * axis) });
    const count = geometry.shape[0];
    for (const precision of ["float64", "float32"] as const) {
      const [native, plain] = [nativeGridKernel, gridHostKernel].map((make) => make(geometry, epsilon, { precision }));
      const x = randomMasses(count, 1, 0.3);
      const near = { relative: 1e-12, absolute: 1e-300 };
      expect(native.apply(x, new Float64Array(count))).toBeAllclose(plain.apply(x, new Float64Array(count)), near);
      // near enough for products, too far for them, and with lines without mass
      for (const spread of [3, 2000]) {
        const logs = randomNormal(count, 2).map((value, at) => (at % 3 === 0 || at < 25 ? -Infinity : spread * value));
        const expected = plain.logApply(logs, new Float64Array(count));
        expect(native.logApply(logs, new Float64Array(count))).toBeAllclose(expected, { relative: 1e-12 });
      }
    }
    const none = new Float64Array(count).fill(-Infinity);
    expect(nativeGridKernel(geometry, epsilon).logApply(none, new Float64Array(count))).toEqual(none);
  },
);
