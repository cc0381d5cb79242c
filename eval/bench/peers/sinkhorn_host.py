"""Peer of `otlearn bench sinkhorn_host`: Sinkhorn iterations of POT in float64 between two point clouds, on scalings and in the
log domain. POT begins with the other scaling, so the clouds change places. Prints a JSON line for each."""

import argparse
import json
import time

import numpy as np
import ot

GOLDEN, PLASTIC = 0.6180339887498949, 0.7548776662466927


def cloud(points, step, low):
    return (low + (1 - low) * (np.arange(1, 2 * points + 1) * step % 1)).reshape(points, 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--log-iterations", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    cost = ot.dist(cloud(options.points, PLASTIC, 0.2), cloud(options.points, GOLDEN, 0))
    masses = np.full(options.points, 1 / options.points)
    for name, epsilon, iterations, method in [
        ("scaling", 0.01, options.iterations, "sinkhorn"),
        ("log", 0.0005, options.log_iterations, "sinkhorn_log"),
    ]:
        seconds = []
        for _ in range(options.repeat):
            begin = time.perf_counter()
            _, log = ot.sinkhorn(
                masses, masses, cost, epsilon, method, numItermax=iterations, stopThr=0, log=True, warn=False
            )
            seconds.append(time.perf_counter() - begin)
        log_u = log["log_u"] if "log_u" in log else np.log(log["u"])
        result = {
            "work": "sinkhorn_host",
            "kernel": name,
            "epsilon": epsilon,
            "points": options.points,
            "iterations": iterations,
            "dtype": f"POT {ot.__version__} float64",
            "check": log_u.std(ddof=1),
            "seconds": min(seconds),
        }
        print(json.dumps(result))


main()
