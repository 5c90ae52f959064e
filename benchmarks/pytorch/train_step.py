#!/usr/bin/env python3
"""A training step of dense and convolutional monDEQs in PyTorch 2, for comparison with mondeq.

Written from the formulas (Winston & Kolter, NeurIPS 2020; docs/solvers.md) to be as fast as eager
PyTorch on a CPU can be made without kernels of one's own: the inverse once per weights, half
spectra, transforms by FFT or as matrix products (whatever is faster), complex products as real
ones, gradients by hand instead of autograd through the solver, fused Adam, in float32.

    python3 benchmarks/pytorch/train_step.py --config=cifar10_conv --iterations 3 3
    python3 benchmarks/pytorch/train_step.py --check        # gradients against autograd, in float64

Prints the medians of a step and of its parts in milliseconds, and of a forward iteration. Compare
with `tools/mondeq bench --config=configs/NAME.textproto` at the same number of threads and iterations.
"""

import argparse
import math
import os
import statistics
import sys
import time

import torch


class Dense:
    """W = (1 - m) I - A'A + B - B'. States are [n, batch]."""

    SIZES = {"mnist_dense": dict(inputs=784, n=87)}

    def __init__(self, inputs, n, m=1.0, alpha=1.0, dtype=torch.float32):
        self.n, self.m, self.alpha, self.features = n, m, alpha, n
        self.shape = (inputs,)
        scale = 1 / math.sqrt(n)
        self.a, self.b = (scale * torch.randn(n, n, dtype=dtype) for _ in range(2))
        self.u = torch.randn(n, inputs, dtype=dtype) / math.sqrt(inputs)
        self.bias = torch.zeros(n, 1, dtype=dtype)
        self.parameters = [self.a, self.b, self.u, self.bias]

    def prepare(self):
        eye = torch.eye(self.n, dtype=self.a.dtype)
        w = (1 - self.m) * eye - self.a.T @ self.a + self.b - self.b.T
        self.v = torch.linalg.inv((1 + self.alpha) * eye - self.alpha * w)

    def inject(self, x):
        self.x = x.reshape(len(x), -1).T
        return torch.addmm(self.bias, self.u, self.x)

    def resolve(self, r, transpose):
        return (self.v.T if transpose else self.v) @ r

    def visible(self, z):
        return z

    def gradients(self, u, z):
        m = u @ z.T
        return [-self.a @ (m + m.T), m - m.T, u @ self.x.T, u.sum(1, keepdim=True)]


class Conv:
    """The same with circular convolutions of a window of 3 on a torus, and weight normalisation.

    States are [s, s, channels, batch]; on the border, which keeps images from wrapping round, they
    are zero. Spectra are [s (s / 2 + 1), 2 channels, batch]: real parts above imaginary ones.
    """

    SIZES = {
        "mnist_conv": dict(inputs=1, n=54, image=28, s=30),
        "cifar10_conv": dict(inputs=3, n=81, image=32, s=36),
        "cifar10_conv_large": dict(inputs=3, n=200, image=32, s=36),
    }

    def __init__(self, inputs, n, image, s, m=1.0, alpha=1.0, dtype=torch.float32, by_fft=False):
        self.n, self.m, self.alpha, self.s, self.image = n, m, alpha, s, image
        self.shape, self.by_fft = (inputs, image, image), by_fft
        self.half = s // 2 + 1
        pooled = (image + 2) // 4
        self.features = n * pooled * pooled
        self.pooled = pooled
        self.a, self.b = (torch.randn(9, n, n, dtype=dtype) / (3 * math.sqrt(n)) for _ in range(2))
        self.g, self.h = torch.ones(1, dtype=dtype), torch.ones(1, dtype=dtype)
        self.u = torch.randn(n, inputs * 9, dtype=dtype) / (3 * math.sqrt(inputs))
        self.bias = torch.zeros(n, 1, dtype=dtype)
        self.parameters = [self.a, self.b, self.g, self.h, self.u, self.bias]
        self._make_tables(dtype)

    def _make_tables(self, dtype):
        s, half = self.s, self.half
        k1, k2 = torch.meshgrid(torch.arange(s), torch.arange(half), indexing="ij")
        d1, d2 = torch.meshgrid(torch.arange(-1, 2), torch.arange(-1, 2), indexing="ij")
        # Cross-correlation, as deep learning has it: y[p] = sum_d K[d] x[p + d].
        angle = 2 * math.pi / s * (k1.reshape(-1, 1) * d1.reshape(1, -1) +
                                   k2.reshape(-1, 1) * d2.reshape(1, -1)).double()
        complex_type = torch.complex64 if dtype == torch.float32 else torch.complex128
        self.phases = torch.polar(torch.ones_like(angle), angle).to(complex_type)
        # How many of the whole spectrum's frequencies one of the half stands for.
        weight = torch.full((half,), 2.0, dtype=torch.float64)
        weight[0] = 1
        if s % 2 == 0:
            weight[-1] = 1
        self.count = weight.repeat(s).reshape(-1, 1, 1).to(dtype)
        # The transform along columns, real to complex, and the one along rows, as real matrices.
        angle = 2 * math.pi / s * torch.outer(torch.arange(half), torch.arange(s)).double()
        columns = torch.stack([angle.cos(), -angle.sin()], 1)
        weighted = weight[:, None, None] * columns
        self.columns = columns.reshape(2 * half, s).to(dtype)
        self.columns_back = (weighted.reshape(2 * half, s).T / s).to(dtype)
        angle = 2 * math.pi / s * torch.outer(torch.arange(s), torch.arange(s)).double()
        c, t = angle.cos(), angle.sin()
        rows = torch.stack([torch.stack([c, t], -1), torch.stack([-t, c], -1)], 1)
        self.rows = rows.reshape(2 * s, 2 * s).to(dtype)
        self.rows_back = (self.rows.T / s).contiguous()

    def transform(self, z):
        s, half, batch = self.s, self.half, z.shape[-1]
        if self.by_fft:
            y = torch.fft.rfft2(z, dim=(0, 1)).reshape(s * half, self.n, batch)
            return torch.cat([y.real, y.imag], 1)
        y = torch.matmul(self.columns, z.reshape(s, s, -1))
        y = y.reshape(s, half, 2, -1).transpose(0, 1).reshape(half, 2 * s, -1)
        return torch.matmul(self.rows, y).reshape(half * s, 2 * self.n, batch)

    def invert(self, y):
        s, half, batch = self.s, self.half, y.shape[-1]
        if self.by_fft:
            y = torch.complex(y[:, : self.n], y[:, self.n :]).reshape(s, half, self.n, batch)
            return torch.fft.irfft2(y, s=(s, s), dim=(0, 1))
        y = torch.matmul(self.rows_back, y.reshape(half, 2 * s, -1))
        y = y.reshape(half, s, 2, -1).transpose(0, 1).reshape(s, 2 * half, -1)
        return torch.matmul(self.columns_back, y).reshape(s, s, self.n, batch)

    def _order(self, x):
        """From frequencies by rows to the order of a spectrum."""
        if self.by_fft:
            return x
        return x.reshape(self.s, self.half, *x.shape[1:]).transpose(0, 1).reshape(x.shape)

    def prepare(self):
        n = self.n
        self.norms = self.a.norm(), self.b.norm()
        kernels = self.g * self.a / self.norms[0], self.h * self.b / self.norms[1]
        a, b = ((self.phases @ k.reshape(9, -1).to(self.phases.dtype)).reshape(-1, n, n) for k in kernels)
        eye = torch.eye(n, dtype=a.dtype)
        w = (1 - self.m) * eye - a.mH @ a + b - b.mH
        v = self._order(torch.linalg.inv((1 + self.alpha) * eye - self.alpha * w))
        self.v = torch.cat([torch.cat([v.real, -v.imag], 2), torch.cat([v.imag, v.real], 2)], 1)
        self.spectrum_a = a

    def resolve(self, r, transpose):
        v = self.v.transpose(1, 2) if transpose else self.v
        return self.invert(torch.bmm(v, self.transform(r)))

    def inject(self, x):
        batch = len(x)
        # With the padding that the state's border takes: images of image + 2.
        self.x = torch.nn.functional.unfold(x, 3, padding=2).permute(1, 2, 0).reshape(9 * x.shape[1], -1)
        side = self.image + 2
        out = torch.zeros(self.s, self.s, self.n, batch, dtype=x.dtype)
        b = torch.addmm(self.bias, self.u, self.x).reshape(self.n, side, side, batch)
        out[:side, :side] = b.permute(1, 2, 0, 3)
        out[:1] = out[side - 1 :] = 0
        out[:, :1] = out[:, side - 1 :] = 0
        return out

    def mask(self, z):
        side = self.image + 2
        z[:1] = 0
        z[side - 1 :] = 0
        z[:, :1] = 0
        z[:, side - 1 :] = 0
        return z

    def visible(self, z):
        side = 4 * self.pooled
        z = z[:side, :side].reshape(self.pooled, 4, self.pooled, 4, self.n, -1).mean((1, 3))
        return z.permute(2, 0, 1, 3).reshape(self.features, -1)

    def gradients(self, u, z):
        n, side = self.n, self.image + 2
        uh, zh = self.transform(u), self.transform(z)
        p = torch.bmm(uh, zh.transpose(1, 2))
        # u z^H, in the order of frequencies by rows.
        m = torch.complex(p[:, :n, :n] + p[:, n:, n:], p[:, n:, :n] - p[:, :n, n:])
        if not self.by_fft:
            m = m.reshape(self.half, self.s, n, n).transpose(0, 1).reshape(-1, n, n)
        m = m * (self.count / (self.s * self.s))
        spectra = -self.spectrum_a @ (m + m.mH), m - m.mH
        grads, scales = [], []
        for raw, norm, scale, spectrum in zip(
            (self.a, self.b), self.norms, (self.g, self.h), spectra
        ):
            d = (self.phases.conj().T @ spectrum.reshape(-1, n * n)).real.reshape(9, n, n)
            along = (d * raw).sum() / norm
            grads.append(scale / norm * (d - along * raw / norm))
            scales.append(along.reshape(1))
        du = u[:side, :side].permute(2, 0, 1, 3).reshape(n, -1)
        return grads + scales + [du @ self.x.T, du.sum(1, keepdim=True)]


def iterate(model, c, prox, iterations, transpose):
    """Peaceman-Rachford for 0 in F + G, from zero; c is the bias of the inclusion.

    Of q and z the negatives are kept, so that every form is one pass over the state; `prox` takes
    -q and gives -z.
    """
    c = model.alpha * c
    r = minus_z = torch.zeros_like(c)
    for i in range(iterations):
        minus_q = torch.add(r, model.resolve(r + c if i else c, transpose), alpha=-2)
        minus_z = prox(minus_q)
        r = torch.add(minus_q, minus_z, alpha=-2)
    return minus_z.neg()


def step(model, readout, x, labels, iterations, clock):
    mask = getattr(model, "mask", lambda z: z)
    with torch.no_grad():
        model.prepare()
        clock("resolvent")
        b = model.inject(x)
        clock("injection")
        z = iterate(model, b, lambda minus_q: mask(minus_q.clamp(max=0)), iterations[0], False)
        clock("forward")
    z.requires_grad_()
    logits = readout(model.visible(z).T)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    clock("readout and loss")
    with torch.no_grad():
        # relu's prox is relu at every alpha, and its slopes are 0 and 1.
        slope = (z > 0).to(z.dtype)
        u = iterate(model, z.grad, lambda q: slope * q, iterations[1], True)
        clock("backward")
        for parameter, gradient in zip(model.parameters, model.gradients(u, z.detach())):
            parameter.grad = gradient
    clock("parameter gradients")
    return loss.detach()


def make(name, dtype, by_fft=False, **changes):
    if name in Dense.SIZES:
        return Dense(**{**Dense.SIZES[name], **changes}, dtype=dtype)
    return Conv(**{**Conv.SIZES[name], **changes}, dtype=dtype, by_fft=by_fft)


def check():
    """The gradients of a step against autograd through 200 iterations, in float64."""
    torch.manual_seed(1)
    for name, changes in (
        ("mnist_dense", dict(inputs=11, n=7)),
        ("cifar10_conv", dict(n=4, image=6, s=9)),
        ("cifar10_conv", dict(n=4, image=6, s=10)),
    ):
        for by_fft in (False, True):
            model = make(name, torch.float64, by_fft=by_fft, **changes)
            readout = torch.nn.Linear(model.features, 5, dtype=torch.float64)
            x, labels = torch.randn(3, *model.shape, dtype=torch.float64), torch.tensor([0, 3, 4])
            loss = step(model, readout, x, labels, (200, 200), lambda _: None)
            found = [p.grad.clone() for p in model.parameters]
            for p in model.parameters:
                p.grad = None
                p.requires_grad_()
            model.prepare()
            b = model.inject(x)
            interior = getattr(model, "mask", lambda z: z)(torch.ones_like(b))
            z = iterate(model, b, lambda minus_q: interior * minus_q.clamp(max=0), 200, False)
            expected = torch.nn.functional.cross_entropy(readout(model.visible(z).T), labels)
            expected.backward()
            worst = max(
                float((f - p.grad).norm() / p.grad.norm()) for f, p in zip(found, model.parameters)
            )
            print(f"{name} {changes} by_fft={by_fft}: gradients differ by {worst:.1e}")
            assert worst < 1e-8 and abs(loss - expected) < 1e-10


def measure(name, batch, iterations, seconds, by_fft):
    torch.manual_seed(1)
    model = make(name, torch.float32, by_fft=by_fft)
    readout = torch.nn.Linear(model.features, 10)
    x, labels = torch.randn(batch, *model.shape), torch.randint(10, (batch,))
    optimizer = torch.optim.Adam(model.parameters + list(readout.parameters()), lr=1e-3, fused=True)
    parts, ends = {}, time.perf_counter() + seconds
    while time.perf_counter() < ends or len(parts.get("whole step", [])) < 5:
        begin = last = time.perf_counter()

        def clock(part):
            nonlocal last
            now = time.perf_counter()
            parts.setdefault(part, []).append(1e3 * (now - last))
            last = now

        optimizer.zero_grad()
        step(model, readout, x, labels, iterations, clock)
        optimizer.step()
        clock("optimiser")
        parts.setdefault("whole step", []).append(1e3 * (time.perf_counter() - begin))
    # What comes first includes warming up.
    medians = {part: statistics.median(times[1:]) for part, times in parts.items()}
    medians["one iteration"] = medians["forward"] / iterations[0]
    return medians


def keep_memory():
    """Runs the program anew where malloc gives memory of large tensors back, which costs half of all time."""
    wanted = {
        "MALLOC_MMAP_THRESHOLD_": str(1 << 32),
        "MALLOC_TRIM_THRESHOLD_": str(1 << 33),
        "MALLOC_TOP_PAD_": str(1 << 30),
    }
    if any(name not in os.environ for name in wanted):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**wanted, **os.environ})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    names = [*Dense.SIZES, *Conv.SIZES]
    parser.add_argument("--config", choices=names, default="cifar10_conv")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--iterations", type=int, nargs=2, default=(3, 3), metavar=("FORWARD", "BACKWARD"))
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--check", action="store_true", help="check the gradients instead")
    args = parser.parse_args()
    keep_memory()
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    if args.check:
        return check()
    ways = [False] if args.config in Dense.SIZES else [False, True]
    tables = {way: measure(args.config, args.batch, args.iterations, args.seconds, way) for way in ways}
    way = min(tables, key=lambda w: tables[w]["whole step"])
    print(f"{args.config}: PyTorch {torch.__version__}, batch of {args.batch}, {args.threads} threads, "
          f"{args.iterations[0]} + {args.iterations[1]} iterations"
          + ("" if len(ways) == 1 else f", transforms by {'FFT' if way else 'matrix products'}"))
    for part, value in tables[way].items():
        print(f"{part:20} {value:10.3f} ms")


if __name__ == "__main__":
    main()
