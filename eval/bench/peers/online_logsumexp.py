"""log sum_j exp(h_j - |x_i - y_j|^2 / epsilon) in PyTorch float32 without a matrix of all pairs: x [n, d], y [m, d], h [m] -> [n].
Eager and compiled forms make the matrix of some rows at a time; the form in Triton keeps a running maximum and sum, as KeOps does, and
needs a GPU (or TRITON_INTERPRET=1)."""

import torch

try:
    import triton
    import triton.language as tl
except ImportError:  # then there is no form in Triton
    triton = None

ENTRIES_AT_A_TIME = {"cpu": 2**22, "cuda": 2**28}


def tiled(of_rows):
    """All rows from a form that takes few."""

    def logsumexp(x, y, h, epsilon):
        rows = max(1, ENTRIES_AT_A_TIME[x.device.type] // len(y))
        bias = h - (y * y).sum(1) / epsilon
        return torch.cat([of_rows(part, y, bias, epsilon) for part in x.split(rows)])

    return logsumexp


def eager_rows(x, y, bias, epsilon):
    exponents = torch.addmm(bias, x, y.T, alpha=2 / epsilon)
    return torch.logsumexp(exponents, 1) - (x * x).sum(1) / epsilon


if triton:

    @triton.jit
    def running(
        x, y, bias, out, n, scale,
        M: tl.constexpr, D: tl.constexpr, PADDED: tl.constexpr, ROWS: tl.constexpr, COLUMNS: tl.constexpr,
    ):  # fmt: skip
        row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)
        axis = tl.arange(0, PADDED)
        is_axis = axis[None, :] < D
        points = tl.load(x + row[:, None] * D + axis[None, :], mask=(row[:, None] < n) & is_axis, other=0.0)
        most = tl.full([ROWS], float("-inf"), tl.float32)
        total = tl.zeros([ROWS], tl.float32)
        for first in range(0, M, COLUMNS):
            column = first + tl.arange(0, COLUMNS)
            others = tl.load(y + column[:, None] * D + axis[None, :], mask=(column[:, None] < M) & is_axis, other=0.0)
            exponent = scale * tl.dot(points, tl.trans(others), input_precision="ieee")
            exponent += tl.load(bias + column, mask=column < M, other=float("-inf"))[None, :]
            larger = tl.maximum(most, tl.max(exponent, 1))
            total = total * tl.exp(most - larger) + tl.sum(tl.exp(exponent - larger[:, None]), 1)
            most = larger
        tl.store(out + row, most + tl.log(total), mask=row < n)


def in_triton(x, y, h, epsilon):
    (n, d), m = x.shape, len(y)
    out = torch.empty_like(x[:, 0])
    bias = h - (y * y).sum(1) / epsilon
    padded = max(16, triton.next_power_of_2(d))
    rows, columns = 64, 64
    grid = (triton.cdiv(n, rows),)
    running[grid](x, y, bias, out, n, 2 / epsilon, M=m, D=d, PADDED=padded, ROWS=rows, COLUMNS=columns)
    return out - (x * x).sum(1) / epsilon


def forms():
    """By name, the eager one first."""
    compiled = tiled(torch.compile(eager_rows, dynamic=True))
    return {"eager": tiled(eager_rows), "compiled": compiled, **({"Triton": in_triton} if triton else {})}
