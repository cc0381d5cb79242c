"""Peer of `otlearn bench sliced`: sliced Wasserstein distance of POT in float64, in NumPy, and with the gradient of its square by
PyTorch. Prints a JSON line for each."""

import argparse
import json
import time

import numpy as np
import ot
import torch

GOLDEN = 0.6180339887498949


def best(repeat, work):
    seconds = []
    for _ in range(repeat):
        begin = time.perf_counter()
        value = work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds), value


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--dimension", type=int, default=3)
    parser.add_argument("--projections", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    indices = lambda rows: np.arange(1, rows * options.dimension + 1, dtype=float).reshape(rows, -1)
    x = indices(options.points) * GOLDEN % 1
    y = (indices(options.points) * np.sqrt(2) % 1) ** 2
    directions = indices(options.projections) * np.sqrt(3) % 1 - 0.5
    projections = (directions / np.linalg.norm(directions, axis=1, keepdims=True)).T.copy()
    settings = {name: getattr(options, name) for name in ("points", "dimension", "projections")}

    seconds, value = best(options.repeat, lambda: ot.sliced_wasserstein_distance(x, y, projections=projections))
    dtype = f"POT {ot.__version__} float64"
    print(json.dumps({"work": "sliced", **settings, "dtype": dtype, "value": float(value), "seconds": seconds}))

    given = torch.tensor(x, requires_grad=True)
    fixed, along = torch.tensor(y), torch.tensor(projections)

    def with_gradient():
        given.grad = None
        distance = ot.sliced_wasserstein_distance(given, fixed, projections=along)
        (distance**2).backward()
        return distance.item(), given.grad.norm().item()

    seconds, (value, gradient) = best(options.repeat, with_gradient)
    dtype = f"POT {ot.__version__}, PyTorch {torch.__version__} float64"
    result = {"work": "sliced_gradient", **settings, "dtype": dtype, "value": value, "check": gradient, "seconds": seconds}
    print(json.dumps(result))


main()
