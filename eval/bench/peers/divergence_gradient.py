"""Peer of `otlearn bench divergence_gradient`: the Sinkhorn divergence of two point clouds and its gradient in one of them, by OTT-JAX
(jit-compiled; compiling is not counted) and GeomLoss (tensorized; as many iterations at the last epsilon instead of its own schedule),
both in float32. With --device GeomLoss alone, there. Prints a JSON line for each."""

import argparse
import json

import numpy as np
import torch
from geomloss._legacy import sinkhorn_samples
from geomloss._legacy.utils import squared_distances
from torch_device import add_device, best, name_of, use

GOLDEN, PLASTIC = 0.6180339887498949, 0.7548776662466927
EPSILON, DIMENSION = 0.05, 3


def cloud(points, step, low):
    return (low + (1 - low) * (np.arange(1, DIMENSION * points + 1) * step % 1)).reshape(points, DIMENSION)


def ott_gradient(x, y, iterations, _):
    import jax
    import jax.numpy as jnp
    from ott.geometry import pointcloud
    from ott.tools import sinkhorn_divergence

    a = jnp.full(len(x), 1 / len(x), dtype=jnp.float32)
    other = jnp.asarray(y, dtype=jnp.float32)

    def divergence(moved):
        fixed = {"threshold": 0.0, "min_iterations": iterations, "max_iterations": iterations}
        result = sinkhorn_divergence.sinkhorn_divergence(
            pointcloud.PointCloud, moved, other, epsilon=EPSILON, a=a, b=a, solve_kwargs=fixed, symmetric_sinkhorn=True
        )
        return result[0]

    compiled = jax.jit(jax.grad(divergence))
    moved = jnp.asarray(x, dtype=jnp.float32)
    compiled(moved).block_until_ready()
    return lambda: np.asarray(compiled(moved).block_until_ready())


def geomloss_gradient(x, y, iterations, device):
    schedule = (float(np.sqrt(DIMENSION)), EPSILON, [EPSILON] * iterations, None)
    sinkhorn_samples.scaling_parameters = lambda *_: schedule
    a = torch.full((1, len(x)), 1 / len(x), device=device)
    given, other = (torch.tensor(points, dtype=torch.float32, device=device)[None] for points in (x, y))

    def gradient():
        moved = given.clone().requires_grad_()
        value = sinkhorn_samples.sinkhorn_tensorized(a, moved, a, other, cost=squared_distances, blur=EPSILON**0.5)
        return torch.autograd.grad(value.sum(), moved)[0].cpu().numpy()

    return gradient


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=2000)
    parser.add_argument("--iterations", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=3)
    add_device(parser, default=None)
    options = parser.parse_args()
    device = use(options.device or "cpu")
    libraries = [("OTT-JAX float32", ott_gradient), ("GeomLoss float32", geomloss_gradient)]
    if options.device:
        libraries = [(f"GeomLoss, {name_of(device)}", geomloss_gradient)]
    x, y = cloud(options.points, GOLDEN, 0), cloud(options.points, PLASTIC, 0.2)
    for name, prepare in libraries:
        seconds, found = best(options.repeat, prepare(x, y, options.iterations, device), device)
        result = {
            "work": "divergence_gradient",
            "epsilon": EPSILON,
            "points": options.points,
            "iterations": options.iterations,
            "dtype": name,
            "check": float(np.linalg.norm(found)),
            "seconds": seconds,
        }
        print(json.dumps(result))


main()
