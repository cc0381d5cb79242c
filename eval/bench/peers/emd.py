"""Peer of `otlearn bench emd`: POT's network simplex on one problem between points in the unit square, squared Euclidean
cost. Prints two JSON lines for each size: irregular masses and equal ones."""

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
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    for size in options.sizes:
        left, right = np.arange(1, size + 1), np.arange(size + 1, 2 * size + 1)
        cost = ((points(left)[:, None] - points(right)[None]) ** 2).sum(2)
        equal = np.full(size, 1 / size)
        for masses, a, b in [("irregular", irregular(left), irregular(right)), ("equal", equal, equal)]:
            seconds = []
            for _ in range(options.repeat):
                begin = time.perf_counter()
                value = ot.emd2(a, b, cost, numItermax=MOST_PIVOTS)
                seconds.append(time.perf_counter() - begin)
            result = {"work": "emd", "size": size, "masses": masses, "dtype": "POT", "value": float(value)}
            print(json.dumps({**result, "seconds": min(seconds)}))


main()
