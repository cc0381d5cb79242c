import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseProduct } from "../../../src/linear-algebra/product/choose.ts";
import { hostProduct } from "../../../src/linear-algebra/product/engine-host.ts";
import { nativeProduct } from "../../../src/linear-algebra/product/engine-native.ts";
import type { MatrixProduct, ProductEngine } from "../../../src/linear-algebra/product/engine.ts";
import { matrixProduct } from "../../../src/linear-algebra/product/product.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { randomMatrix } from "../../support/spaces.ts";

const { addon } = nativeStatus();
const engines: readonly { name: string; engine: ProductEngine }[] = [
  ...(addon ? [{ name: "native", engine: nativeProduct(addon) }] : []),
  { name: "TypeScript", engine: hostProduct },
];

type Sizes = Omit<MatrixProduct, "a" | "b"> & { readonly singleA: boolean; readonly singleB: boolean };

function product({ singleA, singleB, ...sizes }: Sizes): MatrixProduct {
  const { rows, columns, inner } = sizes;
  const [a, b] = [randomMatrix(rows, inner, 1).data, randomMatrix(inner, columns, 2).data];
  return { ...sizes, a: singleA ? Float32Array.from(a) : a, b: singleB ? Float32Array.from(b) : b };
}

function naive({ rows, columns, inner, a, b, transposeA, transposeB }: MatrixProduct): number[] {
  return Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum +=
        a[transposeA ? k * rows + row : row * inner + k] * b[transposeB ? column * inner + k : k * columns + column];
    }
    return sum;
  });
}

describe.each(engines)("matrix products in float64, $name", ({ engine }) => {
  it("are sums of products for all sizes, transposes and element types", () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(1, 7, 14, 15, 16, 17, 33));
    const flag = fc.boolean();
    const sizes = fc.record({
      rows: size,
      columns: size,
      inner: size,
      transposeA: flag,
      transposeB: flag,
      singleA: flag,
      singleB: flag,
    });
    fc.assert(
      fc.property(sizes, (given) => {
        const problem = product(given);
        expect(engine(problem)).toBeAllclose(naive(problem), { absolute: 1e-14, relative: 0 });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("of several blocks, with transposes %s and %s", (transposeA, transposeB) => {
    const sizes = { transposeA, transposeB, singleA: false, singleB: false };
    const problem = product({ rows: 20, columns: 530, inner: 300, ...sizes });
    expect(engine(problem)).toBeAllclose(naive(problem), { absolute: 1e-13, relative: 0 });
    expect(engine({ ...problem, a: Float32Array.from(problem.a) })).toBeAllclose(
      naive({ ...problem, a: Float32Array.from(problem.a) }),
      { absolute: 1e-13, relative: 0 },
    );
  });

  it("keep infinities and NaN where they are", () => {
    const sizes = { rows: 4, inner: 1, columns: 1, transposeA: false, transposeB: false };
    const out = engine({ ...sizes, a: Float64Array.of(1, NaN, Infinity, 2), b: Float64Array.of(2) });
    expect(out).toEqual(Float64Array.of(2, NaN, Infinity, 4));
  });
});

it("the addon's engine is chosen where it is there", () => {
  expect(chooseProduct() === hostProduct).toBe(!addon);
  expect(matrixProduct(Float64Array.of(1, 2), Float64Array.of(3, 4), [1, 2, 1])).toEqual(Float64Array.of(11));
});
