"""Peer of `otlearn bench sinkhorn_all_pairs`: Sinkhorn divergences between all pairs of samples of the two-mode torus data with
POT, a row of pairs a call, from nothing each time. Prints a JSON line for each of two ground costs."""

import argparse
import json
import time
import warnings

import numpy as np
import ot


def two_modes(x):
    turns = range(-2, 3)
    return sum(np.exp(-(((x + t) / 0.1) ** 2)) + 0.5 * np.exp(-(((x + t + 1 / 3) / 0.05) ** 2)) for t in turns)


def histograms(rows):
    rows = rows / rows.sum(1, keepdims=True) + 1e-6
    return rows / rows.sum(1, keepdims=True)


def dual_values(a, others, cost, epsilon, stop):
    """<fKL, a> + <gKL, b> for each row b of `others`."""
    b = np.ascontiguousarray(others.T)
    _, log = ot.sinkhorn(a, b, cost, epsilon, stopThr=stop, log=True)
    u, v = (np.asarray(log[name]).reshape(len(cost), -1) for name in "uv")
    return epsilon * (a @ np.log(u / a[:, None]) + (b * np.log(v / b)).sum(0))


def all_pairs(samples, cost, epsilon, stop):
    n = len(samples)
    own = np.array([dual_values(a, a[None], cost, epsilon, stop)[0] for a in samples])
    distances = np.zeros((n, n))
    for i in range(1, n):
        row = dual_values(samples[i], samples[:i], cost, epsilon, stop) - (own[i] + own[:i]) / 2
        distances[i, :i] = distances[:i, i] = row
    return distances


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--features", type=int, default=80)
    parser.add_argument("--epsilon", type=float, default=0.05)
    parser.add_argument("--stop", type=float, default=1e-9)
    options = parser.parse_args()
    n, m = options.samples, options.features
    data = two_modes(np.arange(n)[:, None] / n - np.arange(m)[None] / m)
    samples, columns = histograms(data), histograms(data.T)
    cost = np.abs(columns[:, None] - columns[None]).sum(2)
    cost /= cost.max()
    warnings.simplefilter("ignore")  # thresholds that are not met within POT's iterations
    for step, ground in enumerate([cost, cost**1.05]):
        begin = time.perf_counter()
        distances = all_pairs(samples, ground, options.epsilon, options.stop)
        seconds = time.perf_counter() - begin
        result = {"work": "sinkhorn_all_pairs", "samples": n, "features": m, "epsilon": options.epsilon, "step": step + 1}
        result |= {"dtype": f"POT {ot.__version__}", "sum": distances.sum(), "max": distances.max(), "seconds": seconds}
        print(json.dumps(result))


main()
