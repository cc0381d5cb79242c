"""Peer of `otlearn bench cloud_sinkhorn`: Sinkhorn iterations in the log domain between two clouds in the unit cube, without a cost
matrix. On the processor in float64: GeomLoss' soft minimum over KeOps ("online"), OTT-JAX's point clouds in batches, and POT's lazy form, which is so slow that
it has fewer points. With --device in PyTorch float32 alone: eagerly, rows after rows, and in the fastest of the forms of
online_logsumexp.py. Those that begin with the other potential have the clouds change places. Compiling does not count. Prints a JSON line
for each."""

import argparse
import contextlib
import json
import os
import sys
import time

import numpy as np

GOLDEN, PLASTIC = 0.6180339887498949, 0.7548776662466927


def cloud(points, dimension, step, low):
    return (low + (1 - low) * (np.arange(1, dimension * points + 1) * step % 1)).reshape(points, dimension)


def geomloss(x, y, epsilon, iterations):
    import torch
    from geomloss._legacy.sinkhorn_samples import keops_lse, softmin_online

    torch.set_num_threads(os.cpu_count())
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    lse = keops_lse("SqDist(X,Y)", x.shape[1], dtype=str(x.dtype).split(".")[1])
    log_mass = -np.log(len(x))

    def solve(count):
        f = torch.zeros(len(x), dtype=x.dtype)
        for _ in range(count):
            g = softmin_online(epsilon, (y, x), log_mass + f / epsilon, log_conv=lse)
            f = softmin_online(epsilon, (x, y), log_mass + g / epsilon, log_conv=lse)
        return (f / epsilon).numpy()

    solve(1)  # compiles
    return lambda: solve(iterations), "GeomLoss online (KeOps) float64"


def ott(x, y, epsilon, iterations):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from jax._src.interpreters import batching
    from ott.geometry import pointcloud
    from ott.problems.linear import linear_problem
    from ott.solvers.linear import sinkhorn

    if not hasattr(jax.interpreters.batching, "is_vmappable"):  # ott-jax 0.6 with a newer jax
        jax.interpreters.batching.is_vmappable = batching.is_vmappable
    solver = sinkhorn.Sinkhorn(
        threshold=-1, inner_iterations=iterations, min_iterations=iterations, max_iterations=iterations
    )

    def solve(x, y):
        geometry = pointcloud.PointCloud(x, y, epsilon=epsilon, batch_size=256)
        return solver(linear_problem.LinearProblem(geometry)).f

    x, y = jnp.array(x), jnp.array(y)
    compiled = jax.jit(solve).lower(x, y).compile()
    return lambda: np.asarray(compiled(x, y)) / epsilon, "OTT-JAX in batches float64"


def pot(x, y, epsilon, iterations):
    import ot

    def solve():
        _, g, _ = ot.bregman.empirical_sinkhorn(
            y, x, epsilon, isLazy=True, batchSize=500, numIterMax=iterations, stopThr=0, log=True, warn=False
        )
        return g

    return solve, f"POT {ot.__version__} lazy float64"


def on_device(device, x, y, epsilon, iterations):
    """Solvers and their names: the eager form, and the fastest if that is another."""
    import torch
    from online_logsumexp import forms
    from torch_device import name_of, seconds_of

    x, y = (torch.tensor(points, dtype=torch.float32, device=device) for points in (x, y))
    log_mass = -np.log(len(x))

    def solver(logsumexp):
        def solve(count):
            f = torch.zeros(len(x), device=device)  # over epsilon
            for _ in range(count):
                g = -logsumexp(y, x, log_mass + f, epsilon)
                f = -logsumexp(x, y, log_mass + g, epsilon)
            return f

        return solve

    solvers = {name: solver(form) for name, form in forms().items()}
    seconds = {}
    for name, solve in solvers.items():
        try:
            solve(1)  # compiles
            seconds[name], _ = seconds_of(lambda solve=solve: solve(1), device)
        except Exception as error:  # of a compiler that is not there
            print(f"{name}: {str(error).splitlines()[0]}", file=sys.stderr)
    fastest = min(seconds, key=seconds.get)
    for name in dict.fromkeys(["eager", fastest]):
        yield lambda name=name: solvers[name](iterations), f"{name_of(device)}, {name}"


def main_on_device(options):
    from torch_device import best, use

    device = use(options.device)
    for points in (options.points, options.fewer):
        x, y = clouds(points, options.dimension)
        for solve, name in on_device(device, x, y, options.epsilon, options.iterations):
            seconds, f = best(options.repeat, solve, device)
            report(options, points, name, f.cpu().double().numpy(), seconds)


def clouds(points, dimension):
    return cloud(points, dimension, PLASTIC, 0.2), cloud(points, dimension, GOLDEN, 0)


def report(options, points, name, f, seconds):
    """f is over epsilon."""
    result = {
        "work": "cloud_sinkhorn",
        "size": points,
        "dimension": options.dimension,
        "epsilon": options.epsilon,
        "iterations": options.iterations,
        "dtype": name,
        "check": np.std(f, ddof=1),
        "seconds": seconds,
    }
    print(json.dumps(result))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=50000)
    parser.add_argument("--fewer", type=int, default=10000)
    parser.add_argument("--dimension", type=int, default=3)
    parser.add_argument("--epsilon", type=float, default=0.005)
    parser.add_argument("--iterations", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--device", help="cpu or cuda: PyTorch there")
    options = parser.parse_args()
    if options.device:
        main_on_device(options)
        return
    for make, points in [(geomloss, options.points), (ott, options.points), (pot, options.fewer)]:
        x, y = clouds(points, options.dimension)
        with contextlib.redirect_stdout(sys.stderr):  # KeOps prints
            solve, name = make(x, y, options.epsilon, options.iterations)
        seconds = []
        for _ in range(options.repeat):
            begin = time.perf_counter()
            f = solve()
            seconds.append(time.perf_counter() - begin)
        report(options, points, name, f, min(seconds))


main()
