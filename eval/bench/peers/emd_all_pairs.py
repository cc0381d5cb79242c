"""Peer of `otlearn bench emd_all_pairs`: POT's network simplex on each pair. Prints two JSON lines: all pairs of samples under the
l1 cost, from nothing, and power iterations from it in both directions, where each pair is given its last potentials (`--cold`:
none)."""

import argparse
import json
import time

import numpy as np
import ot
from ot.lp.emd_wrap import emd_c

TAU, LEAST_MASS = 0.1, 1e-6
MOST_PIVOTS = 10**7


def two_modes(position):
    turned = position[..., None] + np.arange(-2, 3)
    return (np.exp(-((turned / 0.1) ** 2)) + 0.5 * np.exp(-(((turned + 1 / 3) / 0.05) ** 2))).sum(-1)


def histograms(rows):
    rows = rows / rows.sum(1, keepdims=True) + LEAST_MASS
    return np.ascontiguousarray(rows / rows.sum(1, keepdims=True))


def l1_distances(rows):
    return np.abs(rows[:, None] - rows[None]).sum(2)


def distances(rows, cost):
    result = np.zeros((len(rows), len(rows)))
    for i in range(1, len(rows)):
        result[i, :i] = result[:i, i] = ot.emd2(rows[i], np.ascontiguousarray(rows[:i].T), cost)
    return result


class Warm:
    """All pairs of rows, each solved from the potentials of its last solution. Calls POT's solver itself: the checks of `ot.emd2`
    around it would take as long as such small problems."""

    def __init__(self, rows, cold):
        self.rows, self.cold, self.potentials = rows, cold, {}

    def distances(self, cost):
        rows = self.rows
        cost = np.ascontiguousarray(cost)
        result = np.zeros((len(rows), len(rows)))
        for i in range(1, len(rows)):
            for j in range(i):
                start = (None, None) if self.cold else self.potentials.get((i, j), (None, None))
                _, value, f, g, status = emd_c(rows[i], rows[j], cost, MOST_PIVOTS, 1, *start)
                assert status == 1, status
                self.potentials[i, j] = (f, g)
                result[i, j] = result[j, i] = value
        return result


def line(work, value, seconds, options, **extra):
    result = {"work": work, "samples": options.samples, "features": options.features, **extra}
    print(json.dumps({**result, "dtype": "POT", "sum": value.sum(), "max": value.max(), "seconds": seconds}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--features", type=int, default=80)
    parser.add_argument("--iterations", type=int, default=2)
    parser.add_argument("--cold", action="store_true")
    options = parser.parse_args()
    samples, features = options.samples, options.features

    data = two_modes(np.arange(samples)[:, None] / samples - np.arange(features) / features)
    rows, columns = histograms(data), histograms(data.T)
    start = l1_distances(columns) / l1_distances(columns).max()

    begin = time.perf_counter()
    value = distances(rows, start)
    line("emd_all_pairs", value, time.perf_counter() - begin, options)

    begin = time.perf_counter()
    row_regulariser, column_regulariser = l1_distances(rows), l1_distances(columns)
    between, across = Warm(rows, options.cold), Warm(columns, options.cold)
    feature_cost = start
    for _ in range(options.iterations):
        sample_cost = between.distances(feature_cost) + TAU * row_regulariser
        sample_cost /= sample_cost.max()
        feature_cost = across.distances(sample_cost) + TAU * column_regulariser
        feature_cost /= feature_cost.max()
    line("emd_power_iterations", feature_cost, time.perf_counter() - begin, options, iterations=options.iterations)


main()
