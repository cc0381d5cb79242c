"""Peer of `otlearn bench sinkhorn_host`: Sinkhorn iterations in float64 between two point clouds, on scalings and in the log domain:
POT, OTT-JAX (compiled, which does not count) and GeomLoss' soft minimum over a cost matrix. They begin with the other scaling, so
the clouds change places. Prints a JSON line for each."""

import argparse
import contextlib
import json
import os
import sys
import time

import numpy as np
import ot

GOLDEN, PLASTIC = 0.6180339887498949, 0.7548776662466927


def cloud(points, step, low):
    return (low + (1 - low) * (np.arange(1, 2 * points + 1) * step % 1)).reshape(points, 2)


def with_pot(cost, masses, epsilon, iterations, is_log):
    def solve():
        _, log = ot.sinkhorn(
            masses,
            masses,
            cost,
            epsilon,
            "sinkhorn_log" if is_log else "sinkhorn",
            numItermax=iterations,
            stopThr=0,
            log=True,
            warn=False,
        )
        return log["log_u"] if is_log else np.log(log["u"])

    return solve, f"POT {ot.__version__} float64"


def with_ott(cost, masses, epsilon, iterations, is_log):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from ott.geometry import geometry
    from ott.problems.linear import linear_problem
    from ott.solvers.linear import sinkhorn

    solver = sinkhorn.Sinkhorn(
        lse_mode=is_log,
        threshold=-1,
        inner_iterations=iterations,
        min_iterations=iterations,
        max_iterations=iterations,
    )

    def solve(cost, masses):
        problem = linear_problem.LinearProblem(geometry.Geometry(cost, epsilon=epsilon), masses, masses)
        return solver(problem).f

    arguments = jnp.array(cost), jnp.array(masses)
    compiled = jax.jit(solve).lower(*arguments).compile()
    return lambda: np.asarray(compiled(*arguments)) / epsilon, "OTT-JAX float64"


def with_geomloss(cost, masses, epsilon, iterations, is_log):
    import torch
    from geomloss._legacy.sinkhorn_samples import softmin_tensorized

    torch.set_num_threads(os.cpu_count())
    forward, log_mass = torch.from_numpy(cost)[None], torch.from_numpy(np.log(masses))[None]
    backward = forward.transpose(1, 2).contiguous()

    def solve():
        f = torch.zeros_like(log_mass)
        for _ in range(iterations):
            g = softmin_tensorized(epsilon, backward, log_mass + f / epsilon)
            f = softmin_tensorized(epsilon, forward, log_mass + g / epsilon)
        return (f / epsilon).numpy()

    return solve, "GeomLoss tensorized float64"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--log-iterations", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    cost = ot.dist(cloud(options.points, PLASTIC, 0.2), cloud(options.points, GOLDEN, 0))
    masses = np.full(options.points, 1 / options.points)
    for make, is_log in [(with_pot, 0), (with_pot, 1), (with_ott, 0), (with_ott, 1), (with_geomloss, 1)]:
        epsilon, iterations = (0.0005, options.log_iterations) if is_log else (0.01, options.iterations)
        with contextlib.redirect_stdout(sys.stderr):
            solve, name = make(cost, masses, epsilon, iterations, bool(is_log))
        seconds = []
        for _ in range(options.repeat):
            begin = time.perf_counter()
            log_u = solve()
            seconds.append(time.perf_counter() - begin)
        result = {
            "work": "sinkhorn_host",
            "kernel": "log" if is_log else "scaling",
            "epsilon": epsilon,
            "points": options.points,
            "iterations": iterations,
            "dtype": name,
            "check": np.std(log_u, ddof=1),
            "seconds": min(seconds),
        }
        print(json.dumps(result))


main()
