"""Peer of `otlearn bench sinkhorn_grid`: Sinkhorn iterations in float64 between two images on the grid of the unit square, with
separable kernels: OTT-JAX's Grid on scalings and in the log domain (compiled, which does not count), and PyTorch on scalings. The
images change places, as the peers begin with the other scaling. Prints a JSON line for each."""

import argparse
import json
import os
import time

import jax
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
from ott.geometry import grid
from ott.problems.linear import linear_problem
from ott.solvers.linear import sinkhorn

GOLDEN = 0.6180339887498949


def image(extent, side):
    points = extent * extent
    masses = 0.05 + (side * points + np.arange(1, points + 1)) * GOLDEN % 1
    return masses / masses.sum()


def with_ott(a, b, extent, epsilon, iterations, is_log):
    solver = sinkhorn.Sinkhorn(
        lse_mode=is_log,
        threshold=-1,
        inner_iterations=iterations,
        min_iterations=iterations,
        max_iterations=iterations,
    )

    def solve(a, b):
        axis = jnp.linspace(0, 1, extent)[:, None]
        return solver(linear_problem.LinearProblem(grid.Grid(x=[axis[:, 0], axis[:, 0]], epsilon=epsilon), a, b)).f

    arguments = jnp.array(a), jnp.array(b)
    compiled = jax.jit(solve).lower(*arguments).compile()
    return lambda: np.asarray(compiled(*arguments)) / epsilon, "OTT-JAX float64"


def with_torch(a, b, extent, epsilon, iterations, is_log):
    axis = torch.linspace(0, 1, extent, dtype=torch.float64)
    factor = torch.exp(-((axis[:, None] - axis) ** 2) / epsilon)
    first, second = (torch.from_numpy(masses).reshape(extent, extent) for masses in (a, b))

    def solve():
        u = torch.ones_like(first)
        for _ in range(iterations):
            v = second / (factor @ u @ factor)
            u = first / (factor @ v @ factor)
        return torch.log(u).numpy()

    return solve, "torch float64"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--extent", type=int, default=64)
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--log-iterations", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    a, b = image(options.extent, 1), image(options.extent, 0)
    for make, is_log in [(with_ott, 0), (with_ott, 1), (with_torch, 0)]:
        epsilon, iterations = (0.001, options.log_iterations) if is_log else (0.01, options.iterations)
        solve, name = make(a, b, options.extent, epsilon, iterations, bool(is_log))
        seconds = []
        for _ in range(options.repeat):
            begin = time.perf_counter()
            f = solve()
            seconds.append(time.perf_counter() - begin)
        result = {
            "work": "sinkhorn_grid",
            "kernel": "log" if is_log else "scaling",
            "epsilon": epsilon,
            "size": options.extent,
            "iterations": iterations,
            "dtype": name,
            "check": np.std(f, ddof=1),
            "seconds": min(seconds),
        }
        print(json.dumps(result))


main()
