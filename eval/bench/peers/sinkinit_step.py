"""Peer of `otlearn bench sinkinit_step`: one adversarial training step of a learned Sinkhorn initialiser at the paper's sizes
(Geuter, Tomasson, Laschos), in PyTorch with autograd and float32. Prints one JSON line; seconds are those of the fastest step."""

import argparse
import json
import os
import time

import torch
from torch import nn
from torch.nn import functional

SIDE, PRIOR_SIDE = 28, 14
POINTS = SIDE * SIDE
WIDTH = 4 * POINTS
EPSILON, FLOOR, RATE, ITERATIONS = 0.01, 1e-2, 0.25, 10


def network(inputs, outputs):
    hidden = [
        layer
        for size in (inputs, WIDTH)
        for layer in (nn.Linear(size, WIDTH), nn.BatchNorm1d(WIDTH), nn.ELU())
    ]
    return nn.Sequential(*hidden, nn.Linear(WIDTH, outputs))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    torch.manual_seed(0)
    generator, approximator = network(2 * PRIOR_SIDE**2, 2 * POINTS), network(2 * POINTS, POINTS)
    axis = torch.linspace(0, 1, SIDE)
    kernel = torch.exp(-((axis[:, None] - axis[None, :]) ** 2) / EPSILON)

    def convolve(v):
        return (kernel @ v.reshape(-1, SIDE, SIDE) @ kernel).reshape(-1, POINTS)

    def sample(prior):
        images = prior.reshape(-1, 2, PRIOR_SIDE, PRIOR_SIDE)
        enlarged = functional.interpolate(images, size=(SIDE, SIDE), mode="bilinear").flatten(1)
        masses = torch.relu(torch.sigmoid(generator(prior)) + enlarged) + FLOOR
        masses = masses.reshape(-1, 2, POINTS)
        return (masses / masses.sum(-1, keepdim=True)).flatten(1)

    @torch.no_grad()
    def target(pairs, log_scaling):
        mu, nu = pairs.split(POINTS, 1)
        v = log_scaling.exp()
        for _ in range(ITERATIONS):
            u = mu / convolve(v)
            v = nu / convolve(u)
        return v.log()

    def distance(pairs):
        predicted = approximator(pairs)
        difference = target(pairs, predicted) - predicted
        return (difference.amax(1) - difference.amin(1)).mean()

    def descend(model, loss):
        parameters = list(model.parameters())
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients):
                parameter.sub_(gradient, alpha=RATE)

    seconds = []
    for _ in range(options.repeat):
        begin = time.perf_counter()
        pairs = sample(torch.randn(options.batch, 2 * PRIOR_SIDE**2))
        loss = distance(pairs.detach())
        descend(approximator, loss)
        descend(generator, -distance(pairs))
        seconds.append(time.perf_counter() - begin)
    result = {
        "work": "sinkinit_step",
        "batch": options.batch,
        "dtype": "torch float32",
        "loss": loss.item(),
        "seconds": min(seconds),
    }
    print(json.dumps(result))


main()
