"""Peer of `otlearn bench wdl_gradient`: the same loss and gradient in PyTorch, separable kernels as dense matrices, or one
dense kernel of a given cost, and autograd through the Sinkhorn iterations. Reads the images [M, h, w] or volumes
[M, d, h, w] (values 0..255), or histograms [M, n] with a cost, as .npy; prints one JSON line."""

import argparse
import json
import math

import numpy as np
import torch
from torch_device import add_device, best, name_of, use

GOLDEN = 0.6180339887498949


def histograms(path, alpha, invert):
    values = np.load(path).astype(np.float64) / 255
    values = (1 - values if invert else values) ** alpha
    return values / values.sum(axis=tuple(range(1, values.ndim)), keepdims=True)


def gibbs(extent, gamma, dtype, device):
    position = torch.arange(extent, dtype=dtype, device=device)
    return torch.exp(-((position[:, None] - position[None, :]) ** 2) / gamma)


def start(rows, columns, product, dtype, device):
    if product:
        index = torch.outer(torch.arange(1, rows + 1), torch.arange(1, columns + 1))
    else:
        index = torch.arange(rows * columns).reshape(rows, columns)
    return (index.double() * GOLDEN % 1).to(device, dtype).requires_grad_()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("images")
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--gamma", type=float, default=1.0)
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--invert", action="store_true")
    parser.add_argument("--cost", help="[n, n] as .npy, in place of the pixel grid")
    parser.add_argument("--heavy-ball", type=float, default=0.0)
    parser.add_argument("--unbalanced", type=float, default=math.inf)
    parser.add_argument("--debiased", action="store_true")
    parser.add_argument("--atoms", type=int, default=5)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--repeat", type=int, default=3)
    add_device(parser)
    options = parser.parse_args()
    device = use(options.device)
    dtype = getattr(torch, options.dtype)

    x = torch.tensor(histograms(options.images, options.alpha, options.invert), dtype=dtype, device=device)
    points, shape = len(x), list(x.shape[1:])
    if options.cost:
        x = x.flatten(1)
        kernel = torch.exp(-torch.tensor(np.load(options.cost)) / options.gamma).to(device, dtype)
    else:
        *depth, rows, columns = (gibbs(extent, options.gamma, dtype, device) for extent in shape)
    alpha = start(options.atoms, math.prod(x.shape[1:]), True, dtype, device)
    beta = start(points, options.atoms, False, dtype, device)

    def apply(b):
        if options.cost:
            return b @ kernel.T
        planes = rows @ b @ columns
        return (depth[0] @ planes.flatten(-2)).view(b.shape) if depth else planes

    def apply_transpose(a):
        return a @ kernel if options.cost else apply(a)

    tau = options.heavy_ball
    power = options.gamma / (options.unbalanced + options.gamma)  # 0 for balanced
    update = (1 - tau) * (1 - power)

    def scaled(before, ratio):
        if update == 1 and tau == 0:
            return ratio
        return ratio**update if tau == 0 else before**tau * ratio**update

    def mean(weights, phi):
        if power == 0:
            return (weights * phi.log()).sum(dim=1).exp()
        return (weights * phi**power).sum(dim=1) ** (1 / power)

    def loss():
        atoms = torch.softmax(alpha, dim=1).view(options.atoms, *x.shape[1:])
        weights = torch.softmax(beta, dim=1).view(points, options.atoms, *[1] * (x.dim() - 1))
        # no data point has a share in the first products: they are made once for all, as in ours
        a = b = torch.ones(1, options.atoms, *x.shape[1:], dtype=dtype, device=device)
        debias = a[:, 0]
        for iteration in range(options.iterations):
            a = scaled(a, atoms / apply(b))
            phi = apply_transpose(a)
            p = mean(weights, phi)
            if options.debiased:
                p = debias * p
            b = scaled(b, p[:, None] / phi)
            if options.debiased and iteration + 1 < options.iterations:  # nothing sees the last one
                debias = (debias * p / apply(debias)).sqrt()
        return (p * (p.log() - x.clamp_min(1e-30).log()) - p + x).sum()

    def gradient():
        alpha.grad = beta.grad = None
        value = loss()
        value.backward()
        return value

    seconds, value = best(options.repeat, gradient, device)
    variants = {"heavy-ball": tau != 0, "unbalanced": power > 0, "debiased": options.debiased}
    result = {
        "work": "wdl_gradient",
        "images": points,
        **({"depth": shape[0]} if len(shape) == 3 else {}),
        "height": shape[-2] if len(shape) > 1 else shape[0],
        "width": shape[-1] if len(shape) > 1 else 1,
        "kernel": "dense" if options.cost else "separable",
        "iterations": options.iterations,
        "variant": ", ".join(name for name, on in variants.items() if on) or "plain",
        "dtype": name_of(device, options.dtype),
        "loss": value.item(),
        "norm_alpha": alpha.grad.norm().item(),
        "norm_beta": beta.grad.norm().item(),
        "seconds": seconds,
    }
    print(json.dumps(result))


main()
