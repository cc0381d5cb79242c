import { describe, expect, it } from "vitest";
import { buresWasserstein } from "../../../src/spaces/bures-wasserstein.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

const gaussians = (means: number[][], covariances: number[][][]) => ({
  means: ndarray(Float64Array.from(means.flat()), [means.length, means[0].length]),
  covariances: ndarray(Float64Array.from(covariances.flat(2)), [
    covariances.length,
    covariances[0].length,
    covariances[0][0].length,
  ]),
});

const A = [
  [2, 0.5],
  [0.5, 1],
];
const B = [
  [1, -0.3],
  [-0.3, 3],
];

describe("Bures-Wasserstein distances", () => {
  it("are those of the mean and of the roots where covariances commute", () => {
    const diagonal = [
      [1, 0],
      [0, 4],
    ];
    const other = [
      [9, 0],
      [0, 1],
    ];
    const distance = buresWasserstein(
      gaussians(
        [
          [0, 0],
          [3, 4],
        ],
        [diagonal, other],
      ),
    ).data[1];
    expect(distance).toBeCloseTo(Math.hypot(5, 2, 1), 14);
  });

  // SciPy 1.17: sqrt(tr(A + B - 2 sqrtm(sqrtm(A) @ B @ sqrtm(A))))
  const AB = 0.9640082234959289;

  it("agree with the definition", () => {
    expect([
      ...buresWasserstein(
        gaussians(
          [
            [0, 0],
            [0, 0],
          ],
          [A, B],
        ),
      ).data,
    ]).toBeAllclose([0, AB, AB, 0]);
  });

  it("are the same in more dimensions, by other arithmetic", () => {
    const raised = [A, B].map((matrix) => [
      [...matrix[0], 0],
      [...matrix[1], 0],
      [0, 0, 1],
    ]);
    expect(
      buresWasserstein(
        gaussians(
          [
            [0, 0, 1],
            [0, 0, 1],
          ],
          raised,
        ),
      ).data[1],
    ).toBeCloseTo(AB, 12);
  });

  it("keep their digits between Gaussians that are close", () => {
    const near = A.map((row, i) => row.map((value, j) => (i === j ? value * (1 + 1e-9) : value * (1 + 1e-9))));
    const distance = buresWasserstein(
      gaussians(
        [
          [0, 0],
          [0, 0],
        ],
        [A, near],
      ),
    ).data[1];
    expect(distance / (Math.sqrt(3) * 0.5e-9)).toBeCloseTo(1, 6); // |A^(1/2)| times the change of the root
  });

  it.each([
    [
      [
        [
          [1, 0.5],
          [0.4, 1],
        ],
        A,
      ],
      "covariances: number 0: expected a symmetric matrix, its sides differ by",
    ],
    [
      [
        A,
        [
          [1, 2],
          [2, 1],
        ],
      ],
      "covariances: number 1: expected a positive definite matrix, its smallest eigenvalue is -",
    ],
  ])("refuse %j", (covariances, message) => {
    expect(() =>
      buresWasserstein(
        gaussians(
          [
            [0, 0],
            [0, 0],
          ],
          covariances,
        ),
      ),
    ).toThrow(message);
  });

  it("refuse covariances of other shapes", () => {
    const { means } = gaussians([[0, 0, 0]], [A]);
    const { covariances } = gaussians([[0, 0]], [A]);
    expect(() => buresWasserstein({ means, covariances })).toThrow(
      "covariances: expected [1, 3, 3] (one a mean), got [1, 2, 2]",
    );
  });
});
