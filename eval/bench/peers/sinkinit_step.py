"""Peer of `otlearn bench sinkinit_step`: one adversarial training step of a learned Sinkhorn initialiser at the paper's sizes
(Geuter, Tomasson, Laschos), in PyTorch with autograd and float32, from given weights and prior samples (.npz). Prints one JSON line;
the loss is that of the first step, seconds are those of the fastest."""

import argparse
import json

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch_device import add_device, best, name_of, use

SIDE, PRIOR_SIDE = 28, 14
POINTS = SIDE * SIDE
EPSILON, FLOOR, RATE, ITERATIONS = 0.01, 1e-2, 0.25, 10


def network(weights, name):
    """Dense layers with batch normalisation and ELU, a plain one at the end, with the weights of the file."""

    def linear(layer):
        kernel, bias = (torch.from_numpy(weights[f"{name}/{layer}/{part}"]) for part in ("kernel", "bias"))
        made = nn.Linear(*kernel.shape)
        made.weight.data, made.bias.data = kernel.T.contiguous(), bias.clone()
        return made

    def hidden_layers(layer):
        made = linear(layer)
        return made, nn.BatchNorm1d(made.out_features, eps=1e-3), nn.ELU()

    hidden = [hidden_layers(f"hidden{k}") for k in (1, 2)]
    return nn.Sequential(*hidden[0], *hidden[1], linear("output"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("inputs")
    parser.add_argument("--repeat", type=int, default=3)
    add_device(parser)
    options = parser.parse_args()
    device = use(options.device)
    inputs = np.load(options.inputs)
    generator, approximator = (network(inputs, name).to(device) for name in ("generator", "approximator"))
    prior = torch.from_numpy(inputs["prior"]).to(device)
    axis = torch.linspace(0, 1, SIDE, device=device)
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

    losses = []

    def step():
        pairs = sample(prior)
        loss = distance(pairs.detach())
        descend(approximator, loss)
        descend(generator, -distance(pairs))
        losses.append(loss.item())

    seconds, _ = best(options.repeat, step, device)
    result = {
        "work": "sinkinit_step",
        "batch": len(prior),
        "dtype": name_of(device),
        "loss": losses[0],
        "seconds": seconds,
    }
    print(json.dumps(result))


main()
