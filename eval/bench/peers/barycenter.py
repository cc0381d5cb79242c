"""Peer of `otlearn bench barycenter`: barycenters of images in float64 by POT and by OTT-JAX (compiled, on separable kernels), plain and
debiased. Prints a JSON line for each."""

import argparse
import contextlib
import json
import sys
import time

import numpy as np

with contextlib.redirect_stdout(sys.stderr):  # what libraries say while they load is no result
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import ot
    import ott
    from ott.geometry import grid
    from ott.problems.linear import barycenter_problem
    from ott.solvers.linear import discrete_barycenter


def images(size, count):
    scale = 64 / size
    y, x = scale * np.mgrid[0:size, 0:size]
    atoms = []
    for s in range(count):
        share = s / max(1, count - 1)
        square = (x - (12 + 40 * share)) ** 2 + (y - (50 - 36 * share)) ** 2
        bump = np.exp(-square / (2 * (4 + s) ** 2)) + 1e-3
        atoms.append(bump / bump.sum())
    return np.array(atoms)


def moment(p):
    """Mean squared distance of the mass from the first pixel, in pixels: peers debias in another order, so details are not yet equal."""
    y, x = np.mgrid[0 : len(p), 0 : len(p)]
    return (p * (x**2 + y**2)).sum() / p.sum()


def pot(atoms, kernel, options):
    solve = ot.bregman.convolutional_barycenter2d
    if kernel == "debiased":
        solve = ot.bregman.convolutional_barycenter2d_debiased
    return lambda: solve(atoms, options.epsilon, numItermax=options.iterations, stopThr=0, warn=False)


def ott_jax(atoms, kernel, options):
    axis = np.linspace(0, 1, options.size)
    geometry = grid.Grid(x=[axis, axis], epsilon=options.epsilon)
    problem = barycenter_problem.FixedBarycenterProblem(geometry, jnp.array(atoms.reshape(len(atoms), -1)))
    solver = discrete_barycenter.FixedBarycenter(
        threshold=0,
        min_iterations=options.iterations,
        max_iterations=options.iterations,
        lse_mode=False,
        debiased=kernel == "debiased",
    )
    solve = jax.jit(lambda given: solver(given).histogram)
    solve(problem).block_until_ready()  # compiles
    return lambda: np.asarray(solve(problem).block_until_ready())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--atoms", type=int, default=5)
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--epsilon", type=float, default=0.01)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    atoms = images(options.size, options.atoms)
    peers = [("POT", f"POT {ot.__version__}", pot), ("OTT-JAX", f"OTT-JAX {ott.__version__}", ott_jax)]
    for kernel in ["plain", "debiased"]:
        for peer, name, prepare in peers:
            solve = prepare(atoms, kernel, options)
            seconds = []
            for _ in range(options.repeat):
                begin = time.perf_counter()
                p = solve()
                seconds.append(time.perf_counter() - begin)
            result = {
                "work": "barycenter",
                "kernel": kernel,
                "peer": peer,
                "size": options.size,
                "atoms": options.atoms,
                "iterations": options.iterations,
                "epsilon": options.epsilon,
                "dtype": f"{name} float64",
                "sum": p.sum(),
                "value": moment(p.reshape(options.size, options.size)),
                "seconds": min(seconds),
            }
            print(json.dumps(result))


main()
