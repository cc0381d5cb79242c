"""Peer of `otlearn bench emd_points`: POT's network simplex that forms costs from points (`ot.lp.emd2_lazy`), squared Euclidean, in
the unit square. Prints two JSON lines: irregular masses and equal ones."""

import argparse
import json
import time

import numpy as np
import ot

GOLDEN = 0.6180339887498949
MOST_PIVOTS = 10**8


def points(numbers):
    return np.stack([(numbers * GOLDEN) % 1, (numbers * np.sqrt(2)) % 1], 1)


def irregular(numbers):
    masses = 0.1 + (numbers.astype(float) ** 2 * GOLDEN) % 1
    return masses / masses.sum()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=10000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    size = options.size
    left, right = np.arange(1, size + 1), np.arange(size + 1, 2 * size + 1)
    x, y = points(left), points(right)
    equal = np.full(size, 1 / size)
    for masses, a, b in [("irregular", irregular(left), irregular(right)), ("equal", equal, equal)]:
        seconds = []
        for _ in range(options.repeat):
            begin = time.perf_counter()
            value = ot.lp.emd2_lazy(x, y, a, b, numItermax=MOST_PIVOTS, return_matrix=False)
            seconds.append(time.perf_counter() - begin)
        result = {"work": "emd_points", "size": size, "masses": masses, "dtype": "POT", "value": float(value)}
        print(json.dumps({**result, "seconds": min(seconds)}))


main()
