"""Peer of `otlearn bench sinkhorn_batch`: Sinkhorn iterations on scalings for pairs of 28 x 28 images in PyTorch float32, with
the separable Gibbs kernel and with the dense one. Prints a JSON line for each."""

import argparse
import json

import torch
from torch_device import add_device, best, name_of, use

GOLDEN = 0.6180339887498949
SIDE, EPSILON, CONTRAST, DUST = 28, 0.01, 8, 1e-4


def histograms(pairs, side):
    points = SIDE * SIDE
    first = (2 * torch.arange(pairs, dtype=torch.float64)[:, None] + side) * points
    masses = ((first + torch.arange(1, points + 1, dtype=torch.float64)) * GOLDEN % 1) ** CONTRAST + DUST
    return (masses / masses.sum(1, keepdim=True)).float()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=3)
    add_device(parser)
    options = parser.parse_args()
    device = use(options.device)
    a, b = (histograms(options.pairs, side).to(device) for side in (0, 1))
    axis = torch.linspace(0, 1, SIDE, device=device)
    factor = torch.exp(-((axis[:, None] - axis) ** 2) / EPSILON)
    dense = torch.kron(factor, factor)

    def through_axes(v):
        return (factor @ v.reshape(-1, SIDE, SIDE) @ factor).reshape(v.shape)

    for name, apply in [("separable", through_axes), ("dense", lambda v: v @ dense)]:

        def solve():
            v = torch.ones_like(b)
            for _ in range(options.iterations):
                u = a / apply(v)
                v = b / apply(u)
            return v

        seconds, v = best(options.repeat, solve, device)
        result = {
            "work": "sinkhorn_batch",
            "kernel": name,
            "pairs": options.pairs,
            "iterations": options.iterations,
            "dtype": name_of(device),
            "check": torch.log(v).std().item(),
            "seconds": seconds,
        }
        print(json.dumps(result))


main()
