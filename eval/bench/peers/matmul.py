"""Peer of `otlearn bench matmul`: float32 products of square matrices in NumPy, with the BLAS that it was built with.
Prints one JSON line for each size and each pair of transposes."""

import argparse
import json
import time

import numpy as np

GOLDEN = 0.6180339887498949


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    for size in options.sizes:
        spread = 2 * (np.arange(1, 2 * size * size + 1) * GOLDEN % 1) - 1
        a, b = spread.reshape(2, size, size).astype(np.float32)
        for transposes in ["nn", "tn", "nt", "tt"]:
            left, right = (m.T if t == "t" else m for m, t in zip((a, b), transposes))
            seconds = []
            for _ in range(options.repeat):
                begin = time.perf_counter()
                product = left @ right
                seconds.append(time.perf_counter() - begin)
            result = {
                "work": "matmul",
                "size": size,
                "transposes": transposes,
                "dtype": "numpy float32",
                "check": float(np.linalg.norm(product)),
                "gflops": 2 * size**3 / min(seconds) / 1e9,
                "seconds": min(seconds),
            }
            print(json.dumps(result))


main()
