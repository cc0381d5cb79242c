"""Peer of `otlearn bench sinkhorn_unbalanced`: POT's translation-invariant iterations (on scalings), which are its fastest here, and
OTT-JAX's in the log domain with recentred potentials, jit-compiled, both in float64 until the change is small. With --device POT's
alone, on tensors of PyTorch (its scalings at the larger penalty leave float32). OTT's entropy is
<P, log P - 1>, so its cost is C - epsilon log(a b^T). Prints a JSON line for each penalty and each of them."""

import argparse
import json
import time

import numpy as np
import ot

EPSILON = 0.05
STRIDES = [0.6180339887498949, 0.7548776662466927, 0.5698402909980532, 0.8191725133961645]


def problem(points):
    spread = [np.arange(1, points + 1) * stride % 1 for stride in STRIDES]
    x, y = np.stack(spread[:2], 1), 0.8 * np.stack(spread[2:], 1) + 0.2
    cost = ((x[:, None] - y[None]) ** 2).sum(-1)
    a, b = spread[0] + 0.1, spread[1] ** 2 + 0.1
    return cost, a / a.sum(), 1.5 * b / b.sum()


def objective(plan, cost, a, b, rho):
    def kl(p, q):
        return (p * np.log(p / q) - p + q).sum()

    marginals = kl(plan.sum(1), a) + kl(plan.sum(0), b)
    return float((plan * cost).sum() + EPSILON * kl(plan, np.outer(a, b)) + rho * marginals)


def with_pot(cost, a, b, rho, tolerance):
    method = "sinkhorn_translation_invariant"
    return lambda: ot.unbalanced.sinkhorn_unbalanced(
        a, b, cost, EPSILON, rho, method=method, numItermax=100000, stopThr=tolerance
    )


def with_ott(cost, a, b, rho, tolerance):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from ott.geometry import geometry
    from ott.problems.linear import linear_problem
    from ott.solvers.linear import sinkhorn

    tau = rho / (rho + EPSILON)
    given = geometry.Geometry(cost_matrix=jnp.array(cost - EPSILON * np.log(np.outer(a, b))), epsilon=EPSILON)
    posed = linear_problem.LinearProblem(given, jnp.array(a), jnp.array(b), tau_a=tau, tau_b=tau)
    solver = jax.jit(sinkhorn.Sinkhorn(threshold=tolerance, max_iterations=100000, recenter_potentials=True))

    def run():
        solution = solver(posed)
        solution.f.block_until_ready()
        return solution

    run()  # compiles
    return run


def on_device(name):
    from torch_device import name_of, use, wait

    device = use(name)

    def with_torch(cost, a, b, rho, tolerance):
        import torch

        given = (torch.tensor(values, dtype=torch.float64, device=device) for values in (cost, a, b))
        solve = with_pot(*given, rho, tolerance)

        def run():
            plan = solve()
            wait(device)
            return plan.cpu().numpy()

        run()  # loads kernels
        return run

    return f"POT, {name_of(device, 'float64')}", with_torch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--tolerance", type=float, default=1e-9)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--device", help="cpu or cuda: PyTorch there")
    options = parser.parse_args()
    libraries = [("POT float64", with_pot), ("OTT-JAX float64", with_ott)]
    if options.device:
        libraries = [on_device(options.device)]
    cost, a, b = problem(options.points)
    for rho in [1.0, 100.0]:
        for name, prepare in libraries:
            run = prepare(cost, a, b, rho, options.tolerance)
            seconds = []
            for _ in range(options.repeat):
                begin = time.perf_counter()
                solution = run()
                seconds.append(time.perf_counter() - begin)
            plan = np.asarray(solution.matrix) if prepare is with_ott else solution
            result = {
                "work": "sinkhorn_unbalanced",
                "epsilon": EPSILON,
                "rho": rho,
                "points": options.points,
                "dtype": name,
                "check": objective(plan, cost, a, b, rho),
                "seconds": min(seconds),
            }
            print(json.dumps(result), flush=True)


main()
