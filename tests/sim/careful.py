"""A careful learner with `decimal`, written out by hand from the papers: nothing here comes from `sim`."""

import math
from decimal import ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 40


class CarefulLearner:
    """A careful learner with `decimal`: every named value is rounded once, sums never are."""

    def __init__(self, weights, decimals):
        self.w = {name: self.read(array) for name, array in weights.items()}
        self.last = Decimal(1).scaleb(-decimals)

    def read(self, values):
        return [self.read(value) for value in values] if isinstance(values, list) else Decimal(repr(values))

    def rounded(self, y):
        return y.quantize(self.last, ROUND_HALF_UP)

    def sigma(self, a):
        return self.rounded(1 / (1 + (-a).exp()))

    def tanh(self, a):
        return self.rounded(((2 * a).exp() - 1) / ((2 * a).exp() + 1))

    def dot(self, row, vector):
        return sum((w * v for w, v in zip(row, vector, strict=True)), Decimal(0))

    def sums(self, k, x, h, **more):
        """a_k = W_k x + U_k h + what else stands in the sum, one number for each unit."""
        rows = zip(self.w[f"W_{k}"], self.w[f"U_{k}"], self.w[f"b_{k}"], strict=True)
        peepholes = (
            [p * c for p, c in zip(self.w[f"p_{k}"], more["seen"], strict=True)] if more else [Decimal(0)] * len(h)
        )
        sums = [self.dot(W, x) + b + self.dot(U, h) for W, U, b in rows]
        return [self.rounded(a + p) for a, p in zip(sums, peepholes, strict=True)]

    def gate(self, k, x, h, **more):
        return [self.sigma(a) for a in self.sums(k, x, h, **more)]

    def candidate(self, k, x, h):
        return [self.tanh(a) for a in self.sums(k, x, h)]

    def sum_of_products(self, *pairs):
        """Unit by unit; products are never rounded, their sum is."""
        return [
            self.rounded(sum(a * b for a, b in at))
            for at in zip(*(zip(*pair, strict=True) for pair in pairs), strict=True)
        ]

    def shown(self, o, c):
        return [self.rounded(o * self.tanh(c)) for o, c in zip(o, c, strict=True)]

    def rnn(self, x, h, c):
        rows = zip(self.w["W"], self.w["U"], self.w["b"], strict=True)
        return [self.tanh(self.rounded(self.dot(W, x) + b + self.dot(U, h))) for W, U, b in rows], c

    def rnn_relu(self, x, h, c):
        rows = zip(self.w["W"], self.w["U"], self.w["b"], strict=True)
        return [max(self.rounded(self.dot(W, x) + b + self.dot(U, h)), Decimal(0)) for W, U, b in rows], c

    def lstm(self, x, h, c):
        i, f, o = (self.gate(k, x, h) for k in "ifo")
        c = self.sum_of_products((f, c), (i, self.candidate("g", x, h)))
        return self.shown(o, c), c

    def lstm_peephole(self, x, h, c):
        i, f = (self.gate(k, x, h, seen=c) for k in "if")
        c = self.sum_of_products((f, c), (i, self.candidate("g", x, h)))
        return self.shown(self.gate("o", x, h, seen=c), c), c

    def lstm_coupled(self, x, h, c):
        i, o = (self.gate(k, x, h) for k in "io")
        c = self.sum_of_products(([1 - share for share in i], c), (i, self.candidate("g", x, h)))
        return self.shown(o, c), c

    def lstm_1997(self, x, h, c):
        i, o = (self.gate(k, x, h) for k in "io")
        c = self.sum_of_products(([1] * len(c), c), (i, self.candidate("g", x, h)))
        return self.shown(o, c), c

    def lstm_forget_bias(self, x, h, c):
        i, o = (self.gate(k, x, h) for k in "io")
        f = [self.sigma(a + 1) for a in self.sums("f", x, h)]
        c = self.sum_of_products((f, c), (i, self.candidate("g", x, h)))
        return self.shown(o, c), c

    def mgu(self, x, h, c):
        f = self.gate("f", x, h)
        n = self.candidate("n", x, [share * old for share, old in zip(f, h, strict=True)])
        return self.sum_of_products(([1 - share for share in f], h), (f, n)), c

    def gru_pytorch(self, x, h, c):
        r, z = (self.gate(k, x, h) for k in "rz")
        rows = zip(self.w["W_n"], self.w["b_in"], r, self.w["U_n"], self.w["b_hn"], strict=True)
        a = [self.rounded(self.dot(W, x) + b + r * (self.dot(U, h) + b_hn)) for W, b, r, U, b_hn in rows]
        return self.sum_of_products(([1 - share for share in z], [self.tanh(a) for a in a]), (z, h)), c

    def gru_cho2014(self, x, h, c):
        return self.sum_of_products(*self.blend(x, h)), c

    def gru_chung2014(self, x, h, c):
        (kept, old), (admitted, n) = self.blend(x, h)
        return self.sum_of_products((kept, n), (admitted, old)), c

    def blend(self, x, h):
        r, z = (self.gate(k, x, h) for k in "rz")
        n = self.candidate("n", x, [share * old for share, old in zip(r, h, strict=True)])
        return (z, h), ([1 - share for share in z], n)

    # --- the way back: every named gradient is rounded once, what a step passes back enters the next sum as it stands

    def product(self, *vectors):
        return [self.rounded(math.prod(at, start=Decimal(1))) for at in zip(*vectors, strict=True)]

    def through(self, blocks, h):
        """Σ Uᵀ δa over the blocks that read the old h, not rounded."""
        columns = range(len(h))
        return [sum(self.w[f"U_{k}"][j][m] * da[j] for k, da in blocks.items() for j in columns) for m in columns]

    def lstm_back(self, x, h, c, dh, coming):
        """One step backward from its old states, δh and what comes back: the named gradients, and what it passes on."""
        from_h, from_c = coming
        i, f, o = (self.gate(k, x, h) for k in "ifo")
        g = self.candidate("g", x, h)
        new = self.sum_of_products((f, c), (i, g))
        tanh_c = [self.tanh(each) for each in new]
        named = {"dh": [self.rounded(loss + back) for loss, back in zip(dh, from_h, strict=True)]}
        named["dtanh_c"] = self.product(named["dh"], o)
        named["do"] = self.product(named["dh"], tanh_c)
        slope = [1 - each * each for each in tanh_c]
        rows = zip(named["dtanh_c"], slope, from_c, strict=True)
        named["dc"] = [self.rounded(dtanh * each + back) for dtanh, each, back in rows]
        named |= {
            "df": self.product(named["dc"], c),
            "di": self.product(named["dc"], g),
            "dg": self.product(named["dc"], i),
        }
        for k, gate in {"i": i, "f": f, "o": o}.items():
            named[f"da_{k}"] = self.product(named[f"d{k}"], gate, [1 - each for each in gate])
        named["da_g"] = self.product(named["dg"], [1 - each * each for each in g])
        passed = (
            self.through({k: named[f"da_{k}"] for k in "ifgo"}, h),
            [d * each for d, each in zip(named["dc"], f, strict=True)],
        )
        return named, passed

    def rnn_back(self, x, h, c, dh, coming):
        new, _ = self.rnn(x, h, c)
        named = {"dh": [self.rounded(loss + back) for loss, back in zip(dh, coming[0], strict=True)]}
        named["da"] = self.product(named["dh"], [1 - each * each for each in new])
        columns = range(len(h))
        through = [sum(self.w["U"][j][m] * named["da"][j] for j in columns) for m in columns]
        return named, (through, coming[1])

    def gru_back(self, x, h, c, dh, coming):
        r, z = (self.gate(k, x, h) for k in "rz")
        recurrent = [self.dot(U, h) + b for U, b in zip(self.w["U_n"], self.w["b_hn"], strict=True)]
        rows = zip(self.w["W_n"], self.w["b_in"], r, recurrent, strict=True)
        n = [self.tanh(self.rounded(self.dot(W, x) + b + share * each)) for W, b, share, each in rows]
        named = {"dh": [self.rounded(loss + back) for loss, back in zip(dh, coming[0], strict=True)]}
        named["dn"] = self.product(named["dh"], [1 - each for each in z])
        named["da_n"] = self.product(named["dn"], [1 - each * each for each in n])
        named["dz"] = [self.rounded(d * old - d * new) for d, old, new in zip(named["dh"], h, n, strict=True)]
        named["dr"] = self.product(named["da_n"], recurrent)
        for k, gate in {"r": r, "z": z}.items():
            named[f"da_{k}"] = self.product(named[f"d{k}"], gate, [1 - each for each in gate])
        muted = [d * share for d, share in zip(named["da_n"], r, strict=True)]
        through = self.through({"r": named["da_r"], "z": named["da_z"], "n": muted}, h)
        return named, (
            [a + d * share for a, d, share in zip(through, named["dh"], z, strict=True)],
            [Decimal(0)] * len(h),
        )

    # --- the gradients of weights: no product is rounded, their sum over the steps is

    def of_weights(self, steps):
        """From (named gradients, x, old h) of every step: dW = Σ δa ⊗ x, dU = Σ δa ⊗ h_prev, db = Σ δa."""
        found = {}
        for block in (name.removeprefix("W") for name in self.w if name[0] == "W"):
            pairs = [(named[f"da{block}"], x, h) for named, x, h in steps]
            found[f"W{block}"] = self.outer((d, x) for d, x, _ in pairs)
            found[f"U{block}"] = self.outer((d, h) for d, _, h in pairs)
            found["b_in" if "b_in" in self.w and block == "_n" else f"b{block}"] = self.added(d for d, _, _ in pairs)
        if "b_hn" in self.w:  # behind the reset gate
            muted = [self.muted(named["da_n"], x, h) for named, x, h in steps]
            found["U_n"] = self.outer((d, h) for d, (_, _, h) in zip(muted, steps, strict=True))
            found["b_hn"] = self.added(muted)
        return found

    def muted(self, da_n, x, h):
        return [d * share for d, share in zip(da_n, self.gate("r", x, h), strict=True)]

    def outer(self, pairs):
        pairs = list(pairs)
        rows, columns = (range(len(vector)) for vector in pairs[0])
        return [[self.rounded(sum(d[j] * v[k] for d, v in pairs)) for k in columns] for j in rows]

    def added(self, vectors):
        return [self.rounded(sum(at)) for at in zip(*vectors, strict=True)]


def random_numbers(chance, shape, places):
    if not shape:
        return chance.randint(-15 * 10 ** (places - 1), 15 * 10 ** (places - 1)) / 10**places
    return [random_numbers(chance, shape[1:], places) for _ in range(shape[0])]
