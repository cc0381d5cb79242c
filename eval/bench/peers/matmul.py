"""Peer of `otlearn bench matmul`: float32 products of square matrices in NumPy, with the BLAS that it was built with.
Prints one JSON line for each size and each pair of transposes."""

import argparse
import json
import time

import numpy as np


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    random = np.random.default_rng(0)
    for size in options.sizes:
        a, b = random.uniform(-1, 1, (2, size, size)).astype(np.float32)
        for transposes in ["nn", "tn", "nt", "tt"]:
            left, right = (m.T if t == "t" else m for m, t in zip((a, b), transposes))
            seconds = []
            for _ in range(options.repeat):
                begin = time.perf_counter()
                left @ right
                seconds.append(time.perf_counter() - begin)
            result = {
                "work": "matmul",
                "size": size,
                "transposes": transposes,
                "dtype": "numpy float32",
                "gflops": 2 * size**3 / min(seconds) / 1e9,
                "seconds": min(seconds),
            }
            print(json.dumps(result))


main()
