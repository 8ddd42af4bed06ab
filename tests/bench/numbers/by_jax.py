"""The same work by JAX, compiled for ten thousand variants, the variant first, as suits it best."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from tests.bench.numbers.cases import Many, stacked
from tests.bench.numbers.clock import Work

jax.config.update("jax_enable_x64", True)


def forward(case: Many) -> Work:
    return _compiled(jax.vmap(lambda *arrays: _steps(*arrays)[1]), case)


def backward(case: Many) -> Work:
    gradients = jax.grad(lambda *arrays: _steps(*arrays)[0], argnums=(0, 1, 2, 3, 4, 5))
    return _compiled(jax.vmap(gradients), case)


def _steps(W, U, b, x, h, c, dh):
    """The loss Σ dh · h, and every named value of every step."""
    H, loss, kept = len(h), 0.0, []
    for t in range(len(x)):
        a = W @ x[t] + U @ h + b
        i, f, o = (jax.nn.sigmoid(a[k * H : (k + 1) * H]) for k in (0, 1, 3))
        g = jnp.tanh(a[2 * H : 3 * H])
        c = f * c + i * g
        tanh_c = jnp.tanh(c)
        h = o * tanh_c
        loss += (h * dh[t]).sum()
        kept.append((a, i, f, g, o, c, tanh_c, h))
    return loss, kept


def _compiled(function, case: Many) -> Work:
    arrays = [stacked(case, letter) for letter in "WUb"] + [case.x, case.h0, case.c0, case.dh]
    given = [jnp.asarray(np.ascontiguousarray(np.moveaxis(array, -1, 0))) for array in arrays]
    run = jax.jit(function)
    return lambda: jax.block_until_ready(run(*given))
