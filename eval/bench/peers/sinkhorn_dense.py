"""Peer of `otlearn bench sinkhorn_dense`: Sinkhorn iterations for pairs of histograms under one dense cost in PyTorch float32, on
scalings as matrix products and in the log domain by logsumexp. Prints a JSON line for each."""

import argparse
import json

import torch
from torch_device import add_device, best, name_of, use

GOLDEN = 0.6180339887498949
SIDE, CONTRAST, DUST = 28, 8, 1e-4
# pairs at a time in the log domain: their sums of [n, n] terms stay in reach of a processor's caches, and fill a GPU
AT_A_TIME = {"cpu": 8, "cuda": 128}


def histograms(pairs, side):
    points = SIDE * SIDE
    first = (2 * torch.arange(pairs, dtype=torch.float64)[:, None] + side) * points
    masses = ((first + torch.arange(1, points + 1, dtype=torch.float64)) * GOLDEN % 1) ** CONTRAST + DUST
    return (masses / masses.sum(1, keepdim=True)).float()


def squared_distances():
    axis = torch.linspace(0, 1, SIDE, dtype=torch.float64)
    points = torch.cartesian_prod(axis, axis)
    return ((points[:, None] - points[None]) ** 2).sum(-1)


def on_scalings(cost, a, b, epsilon, iterations):
    kernel = torch.exp(-cost / epsilon).float()
    v = torch.ones_like(b)
    for _ in range(iterations):
        u = a / (v @ kernel.T)
        v = b / (u @ kernel)
    return torch.log(v)


def in_log_domain(cost, a, b, epsilon, iterations):
    scaled = (-cost / epsilon).float()
    log_v = torch.zeros_like(b)
    count = AT_A_TIME[b.device.type]
    for first in range(0, len(b), count):
        rows = slice(first, first + count)
        log_a, log_b, g = torch.log(a[rows]), torch.log(b[rows]), log_v[rows]
        for _ in range(iterations):
            f = log_a - torch.logsumexp(scaled + g[:, None, :], 2)
            g = log_b - torch.logsumexp(scaled.T + f[:, None, :], 2)
        log_v[rows] = g
    return log_v


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--log-iterations", type=int, default=5)
    parser.add_argument("--repeat", type=int, default=3)
    add_device(parser)
    options = parser.parse_args()
    device = use(options.device)
    a, b = (histograms(options.pairs, side).to(device) for side in (0, 1))
    cost = squared_distances().to(device)
    for name, epsilon, iterations, solve in [
        ("scaling", 0.01, options.iterations, on_scalings),
        ("log", 0.0005, options.log_iterations, in_log_domain),
    ]:
        seconds, log_v = best(options.repeat, lambda: solve(cost, a, b, epsilon, iterations), device)
        result = {
            "work": "sinkhorn_dense",
            "kernel": name,
            "epsilon": epsilon,
            "pairs": options.pairs,
            "iterations": iterations,
            "dtype": name_of(device),
            "check": log_v.std().item(),
            "seconds": seconds,
        }
        print(json.dumps(result))


main()
