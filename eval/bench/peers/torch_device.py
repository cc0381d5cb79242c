"""What the peers in PyTorch share: where they compute, and times that wait for it."""

import os
import time

import torch


def add_device(parser, default="cpu"):
    parser.add_argument("--device", default=default, help="cpu or cuda: where PyTorch computes, in float32")


def use(device):
    """Fails at once where the device is not there."""
    torch.set_num_threads(os.cpu_count())
    torch.zeros(1, device=device)
    return torch.device(device)


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds_of(work, device):
    """Of one run, and its value."""
    wait(device)
    begin = time.perf_counter()
    value = work()
    wait(device)
    return time.perf_counter() - begin, value


def best(repeat, work, device):
    """Seconds of the fastest of so many runs, and the last value. On a GPU one more comes before them, which loads kernels."""
    if device.type == "cuda":
        work()
    runs = [seconds_of(work, device) for _ in range(repeat)]
    return min(seconds for seconds, _ in runs), runs[-1][1]


def name_of(device, dtype="float32"):
    return f"torch {dtype}" + (f" {torch.cuda.get_device_name(device)}" if device.type == "cuda" else "")
