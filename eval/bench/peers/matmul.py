"""Peer of `otlearn bench matmul`: float32 products of square matrices in NumPy, with the BLAS that it was built with, or
with --device in PyTorch. Prints one JSON line for each size and each pair of transposes."""

import argparse
import json
import time

import numpy as np

GOLDEN = 0.6180339887498949


def in_numpy():
    def best(repeat, work):
        seconds = []
        for _ in range(repeat):
            begin = time.perf_counter()
            product = work()
            seconds.append(time.perf_counter() - begin)
        return min(seconds), product

    return "numpy float32", np.asarray, best


def in_torch(device_name):
    import torch
    import torch_device

    device = torch_device.use(device_name)
    place = lambda matrix: torch.from_numpy(matrix).to(device)
    return torch_device.name_of(device), place, lambda repeat, work: torch_device.best(repeat, work, device)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--device", help="cpu or cuda: PyTorch there")
    options = parser.parse_args()
    name, place, best = in_torch(options.device) if options.device else in_numpy()
    for size in options.sizes:
        spread = 2 * (np.arange(1, 2 * size * size + 1) * GOLDEN % 1) - 1
        a, b = spread.reshape(2, size, size).astype(np.float32)
        for transposes in ["nn", "tn", "nt", "tt"]:
            left, right = (place(m).T if t == "t" else place(m) for m, t in zip((a, b), transposes))
            seconds, product = best(options.repeat, lambda: left @ right)
            result = {
                "work": "matmul",
                "size": size,
                "transposes": transposes,
                "dtype": name,
                "check": float((product**2).sum() ** 0.5),
                "gflops": 2 * size**3 / seconds / 1e9,
                "seconds": seconds,
            }
            print(json.dumps(result))


main()
