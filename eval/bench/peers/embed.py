"""Peer of `otlearn bench embed`: block-coordinate descent for a joint metric space embedding in float64, in NumPy and in PyTorch. The
inner problem, multi-marginal Sinkhorn along X - Z - Z - Y, is solved in the log domain, as the paper does, and on ratios to absorbed
potentials, the faster form that these libraries allow: products of dense conditional plans. Prints a JSON line for each."""

import argparse
import json
import os
import time

import numpy as np
import torch

GOLDEN, PLASTIC = 0.6180339887498949, 0.7548776662466927
LARGEST_RATIO = 30  # of logarithms, before potentials are absorbed


class Numpy:
    name = "numpy float64"
    array = staticmethod(np.asarray)
    exp, log, zeros = staticmethod(np.exp), staticmethod(np.log), staticmethod(np.zeros)

    @staticmethod
    def logsumexp(terms, axis):
        largest = terms.max(axis, keepdims=True)
        return np.log(np.exp(terms - largest).sum(axis)) + np.squeeze(largest, axis)


class Torch:
    name = "torch float64"
    array = staticmethod(torch.from_numpy)
    exp, log = staticmethod(torch.exp), staticmethod(torch.log)
    logsumexp = staticmethod(torch.logsumexp)

    @staticmethod
    def zeros(count):
        return torch.zeros(count, dtype=torch.float64)


def cloud(points, step, scales):
    values = np.arange(1, points * len(scales) + 1) * step % 1
    return values.reshape(points, len(scales)) * scales


def distances(points):
    d = np.sqrt(((points[:, None] - points[None]) ** 2).sum(-1))
    return d / d.max()


def masses(count, step):
    raw = 0.5 + np.arange(1, count + 1) * step % 1
    return raw / raw.sum()


class LogDomain:
    """f and g are potentials over epsilon; messages are logarithms."""

    kernel = "log domain"

    def __init__(self, lib, logs, first, last, f, g):
        self.lib, self.logs, self.first, self.last, self.f, self.g = lib, logs, first, last, f, g

    def to_x(self):
        k1, k2, k3 = self.logs
        on_z2 = self.lib.logsumexp(k3 + self.g[None, :], 1)
        on_z1 = self.lib.logsumexp(k2 + on_z2[None, :], 1)
        return self.lib.logsumexp(k1 + on_z1[None, :], 1), on_z1, on_z2

    def to_y(self):
        k1, k2, k3 = self.logs
        on_z1 = self.lib.logsumexp(k1 + self.f[:, None], 0)
        on_z2 = self.lib.logsumexp(k2 + on_z1[:, None], 0)
        return self.lib.logsumexp(k3 + on_z2[:, None], 0), on_z1, on_z2

    def solve(self, tolerance, limit):
        log = self.lib.log
        message = self.to_x()[0]
        for count in range(1, limit + 1):
            self.f = log(self.first) - message
            self.g = log(self.last) - self.to_y()[0]
            message = self.to_x()[0]
            if abs(self.lib.exp(self.f + message) - self.first).sum() <= tolerance:
                break
        return count

    def plans(self):
        k1, k2, k3 = self.logs
        _, b1, b2 = self.to_x()
        _, a1, a2 = self.to_y()
        exp = self.lib.exp
        return (
            exp(k1 + self.f[:, None] + b1[None, :]),
            exp(k2 + a1[:, None] + b2[None, :]),
            exp(k3 + a2[:, None] + self.g[None, :]),
        )


class Absorbed(LogDomain):
    """The same iterates by products of conditional plans at the absorbed potentials, with factors u and v."""

    kernel = "absorbed"

    def absorb(self):
        exp = self.lib.exp
        k1, k2, k3 = self.logs
        on_x, b1, b2 = self.to_x()
        on_y, a1, a2 = self.to_y()
        self.on_x, self.on_y = on_x, on_y
        self.rows = (
            exp(k1 + b1[None, :] - on_x[:, None]),
            exp(k2 + b2[None, :] - b1[:, None]),
            exp(k3 + self.g[None, :] - b2[:, None]),
        )
        self.columns = (
            exp(k1 + self.f[:, None] - a1[None, :]),
            exp(k2 + a1[:, None] - a2[None, :]),
            exp(k3 + a2[:, None] - on_y[None, :]),
        )

    def solve(self, tolerance, limit):
        log, exp = self.lib.log, self.lib.exp
        self.absorb()
        log_v = self.lib.zeros(len(self.last))
        t1, t2, t3 = self.rows
        s1, s2, s3 = self.columns
        message = t1 @ (t2 @ (t3 @ exp(log_v)))
        for count in range(1, limit + 1):
            log_u = log(self.first) - self.on_x - log(message) - self.f
            log_v = log(self.last) - self.on_y - log(((exp(log_u) @ s1) @ s2) @ s3) - self.g
            large = max(abs(log_u).max(), abs(log_v).max()) > LARGEST_RATIO
            message = t1 @ (t2 @ (t3 @ exp(log_v)))
            error = abs(exp(self.f + log_u + self.on_x) * message - self.first).sum()
            if error <= tolerance or count == limit or large:
                self.f, self.g = self.f + log_u, self.g + log_v
                if not large or error <= tolerance:
                    break
                self.absorb()
                log_v = self.lib.zeros(len(self.last))
                t1, t2, t3 = self.rows
                s1, s2, s3 = self.columns
                message = t1 @ (t2 @ (t3 @ exp(log_v)))
        return count


def gromov_cost(d, e, plan):
    return ((d * d) @ plan.sum(1))[:, None] + ((e * e) @ plan.sum(0))[None, :] - 2 * d @ plan @ e


def embed(lib, form, options):
    n, z = options.points, options.resolution
    axis = np.linspace(0, 1, z)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    dx = lib.array(distances(cloud(n, GOLDEN, [1, 0.7, 0.1])))
    dy = lib.array(distances(cloud(n, PLASTIC, [1, 0.6])))
    dz = lib.array(np.sqrt(((grid[:, None] - grid[None]) ** 2).sum(-1)))
    weights = lib.array(np.full(n, 1 / n))
    xz = weights[:, None] * lib.array(masses(z * z, GOLDEN))[None, :]
    zy = lib.array(masses(z * z, PLASTIC))[:, None] * weights[None, :]
    log_reference = -2 * np.log(n) - 4 * np.log(z)
    f, g, total = lib.zeros(n), lib.zeros(n), 0
    for _ in range(options.outer):
        c1 = options.weight * gromov_cost(dx, dz, xz)
        c3 = options.weight * gromov_cost(dz, dy, zy)
        c1, c2, c3 = c1 - c1.min(), dz * dz / (dz * dz).max(), c3 - c3.min()
        epsilon = options.epsilon * max(c1.max(), c2.max(), c3.max())
        logs = -c1 / epsilon + log_reference, -c2 / epsilon, -c3 / epsilon
        inner = form(lib, logs, weights, weights, f / epsilon, g / epsilon)
        total += inner.solve(options.tolerance, options.iterations)
        xz, zz, zy = inner.plans()
        f, g = inner.f * epsilon, inner.g * epsilon
    stress = (gromov_cost(dx, dz, xz) * xz).sum() + (gromov_cost(dz, dy, zy) * zy).sum()
    return total, float((zz * dz * dz).sum() + options.weight * stress)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1047)
    parser.add_argument("--resolution", type=int, default=20)
    parser.add_argument("--outer", type=int, default=40)
    parser.add_argument("--weight", type=float, default=1)
    parser.add_argument("--epsilon", type=float, default=1e-3)
    parser.add_argument("--tolerance", type=float, default=1e-6)
    parser.add_argument("--iterations", type=int, default=1000)
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    for lib in (Numpy, Torch):
        for form in (LogDomain, Absorbed):
            begin = time.perf_counter()
            iterations, value = embed(lib, form, options)
            seconds = time.perf_counter() - begin
            result = {
                "work": "embed",
                "kernel": form.kernel,
                "points": options.points,
                "inner_iterations": iterations,
                "dtype": lib.name,
                "value": value,
                "seconds": seconds,
            }
            print(json.dumps(result))


main()
