"""Peer of `otlearn bench emd1d`: exact transport on a line, SciPy for p = 1 and POT for p = 2, in float64. Prints a JSON line for
each."""

import argparse
import json
import time

import numpy as np
import ot
import scipy
from scipy.stats import wasserstein_distance

GOLDEN = 0.6180339887498949


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    i = np.arange(1, options.points + 1, dtype=float)
    x, y = i * GOLDEN % 1, 0.2 + (i * np.sqrt(2) % 1) ** 2
    a, b = 0.1 + i * i * GOLDEN % 1, 0.1 + i * i * np.sqrt(2) % 1
    a, b = a / a.sum(), b / b.sum()
    for p, masses in [(1, "equal"), (1, "irregular"), (2, "equal"), (2, "irregular")]:
        of = (None, None) if masses == "equal" else (a, b)
        seconds = []
        for _ in range(options.repeat):
            begin = time.perf_counter()
            value = wasserstein_distance(x, y, *of) if p == 1 else ot.wasserstein_1d(x, y, *of, p=p)
            seconds.append(time.perf_counter() - begin)
        result = {
            "work": "emd1d",
            "points": options.points,
            "p": p,
            "masses": masses,
            "dtype": f"SciPy {scipy.__version__} float64" if p == 1 else f"POT {ot.__version__} float64",
            "value": float(value),
            "seconds": min(seconds),
        }
        print(json.dumps(result))


main()
