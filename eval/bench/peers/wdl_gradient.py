"""Peer of `otlearn bench wdl_gradient`: the same loss and gradient in PyTorch, separable kernels as dense matrices and
autograd through the Sinkhorn iterations. Reads the images [M, h, w] (values 0..255) as .npy; prints one JSON line."""

import argparse
import json
import math
import os
import time

import numpy as np
import torch

GOLDEN = 0.6180339887498949


def histograms(path, alpha, invert):
    values = np.load(path).astype(np.float64) / 255
    values = (1 - values if invert else values) ** alpha
    return values / values.sum(axis=(1, 2), keepdims=True)


def gibbs(extent, gamma, dtype):
    position = torch.arange(extent, dtype=dtype)
    return torch.exp(-((position[:, None] - position[None, :]) ** 2) / gamma)


def start(rows, columns, product, dtype):
    if product:
        index = torch.outer(torch.arange(1, rows + 1), torch.arange(1, columns + 1))
    else:
        index = torch.arange(rows * columns).reshape(rows, columns)
    return (index.double() * GOLDEN % 1).to(dtype).requires_grad_()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("images")
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--gamma", type=float, default=1.0)
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--invert", action="store_true")
    parser.add_argument("--heavy-ball", type=float, default=0.0)
    parser.add_argument("--unbalanced", type=float, default=math.inf)
    parser.add_argument("--atoms", type=int, default=5)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    dtype = getattr(torch, options.dtype)

    x = torch.tensor(histograms(options.images, options.alpha, options.invert), dtype=dtype)
    points, height, width = x.shape
    rows, columns = gibbs(height, options.gamma, dtype), gibbs(width, options.gamma, dtype)
    alpha = start(options.atoms, height * width, True, dtype)
    beta = start(points, options.atoms, False, dtype)

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
        atoms = torch.softmax(alpha, dim=1).view(options.atoms, height, width)
        weights = torch.softmax(beta, dim=1)[:, :, None, None]
        a = b = torch.ones(points, options.atoms, height, width, dtype=dtype)
        for _ in range(options.iterations):
            a = scaled(a, atoms / (rows @ b @ columns))
            phi = rows @ a @ columns
            p = mean(weights, phi)
            b = scaled(b, p[:, None] / phi)
        return (p * (p.log() - x.clamp_min(1e-30).log()) - p + x).sum()

    seconds = []
    for _ in range(options.repeat):
        alpha.grad = beta.grad = None
        begin = time.perf_counter()
        value = loss()
        value.backward()
        seconds.append(time.perf_counter() - begin)
    result = {
        "work": "wdl_gradient",
        "images": points,
        "height": height,
        "width": width,
        "iterations": options.iterations,
        "variant": ", ".join(name for name, on in (("heavy-ball", tau != 0), ("unbalanced", power > 0)) if on) or "plain",
        "dtype": f"torch {options.dtype}",
        "loss": value.item(),
        "norm_alpha": alpha.grad.norm().item(),
        "norm_beta": beta.grad.norm().item(),
        "seconds": min(seconds),
    }
    print(json.dumps(result))


main()
