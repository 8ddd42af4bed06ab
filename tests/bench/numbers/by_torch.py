"""The same work by PyTorch: its own layer for one example, batched products for many, autograd for both."""

from __future__ import annotations

import numpy as np
import torch

import sim
from tests.bench.numbers.cases import Many, One, stacked
from tests.bench.numbers.clock import Work

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def layer_of(case: One) -> torch.nn.Module:
    layer = LAYERS[case.layer.cell.name](case.layer.D, case.layer.H)
    layer.load_state_dict({name: torch.tensor(array) for name, array in sim.to_torch(case.layer).items()})
    return layer


def first_of(case: One):
    h, c = torch.tensor(case.h0[None]), None if case.c0 is None else torch.tensor(case.c0[None])
    return h if c is None else (h, c)


def forward(case: One) -> Work:
    """torch.nn's layer, which keeps h only."""
    layer, x, first = layer_of(case), torch.tensor(case.x), first_of(case)

    def run() -> object:
        with torch.no_grad():
            return layer(x, first)

    return run


def backward(case: One) -> Work:
    """Forward and backward through torch.nn's layer, to its weights and x."""
    layer, first, dh = layer_of(case), first_of(case), torch.tensor(case.dh)
    x = torch.tensor(case.x, requires_grad=True)

    def run() -> None:
        layer.zero_grad()
        x.grad = None
        output, _ = layer(x, first)
        (output * dh).sum().backward()

    return run


class SameLayout:
    """Many variants laid out as ours are, the variant last; products are multiplied out and summed."""

    def __init__(self, case: Many) -> None:
        self.H = case.h0.shape[0]
        arrays = [stacked(case, letter) for letter in "WUb"] + [case.x, case.h0, case.c0]
        self.arrays = [torch.tensor(array, requires_grad=True) for array in arrays]
        self.dh = torch.tensor(case.dh)

    def backward(self) -> None:
        for array in self.arrays:
            array.grad = None
        W, U, b, x, h, c = self.arrays
        H, loss = self.H, []
        for t, x_t in enumerate(x):
            a = (W * x_t).sum(1) + (U * h).sum(1) + b
            i, f, o = (torch.sigmoid(a[k * H : (k + 1) * H]) for k in (0, 1, 3))
            c = f * c + i * torch.tanh(a[2 * H : 3 * H])
            h = o * torch.tanh(c)
            loss.append((h * self.dh[t]).sum())
        torch.stack(loss).sum().backward()


class Batch:
    """Many variants as batched products: the variant first, vectors as columns."""

    def __init__(self, case: Many, *, with_gradients: bool = False) -> None:
        self.H = case.h0.shape[0]
        arrays = [np.moveaxis(stacked(case, letter), -1, 0) for letter in "WU"]
        arrays.append(stacked(case, "b").T[..., None])
        arrays += [np.moveaxis(case.x, -1, 1)[..., None], case.h0.T[..., None], case.c0.T[..., None]]
        self.arrays = [torch.tensor(np.ascontiguousarray(array)).requires_grad_(with_gradients) for array in arrays]
        self.dh = torch.tensor(np.ascontiguousarray(np.moveaxis(case.dh, -1, 1)[..., None]))

    def steps(self) -> list[tuple[torch.Tensor, ...]]:
        """Every named value of every step."""
        W, U, b, x, h, c = self.arrays
        H, kept = self.H, []
        for x_t in x:
            a = torch.bmm(W, x_t) + torch.bmm(U, h) + b
            i, f, o = (torch.sigmoid(a[:, k * H : (k + 1) * H]) for k in (0, 1, 3))
            g = torch.tanh(a[:, 2 * H : 3 * H])
            c = f * c + i * g
            tanh_c = torch.tanh(c)
            h = o * tanh_c
            kept.append((a, i, f, g, o, c, tanh_c, h))
        return kept

    def forward(self) -> object:
        with torch.no_grad():
            return self.steps()

    def backward(self) -> None:
        for array in self.arrays:
            array.grad = None
        h = torch.stack([step[-1] for step in self.steps()])
        (h * self.dh).sum().backward()


def forward_many(case: Many) -> Work:
    return Batch(case).forward


def backward_many(case: Many) -> Work:
    return Batch(case, with_gradients=True).backward


def backward_in_our_layout(case: Many) -> Work:
    return SameLayout(case).backward
