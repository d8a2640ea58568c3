"""The report's algorithm in NumPy, for `make bench-peers`:  peer_numpy.py DIR

im2col over the whole batch with windows in rows, one matrix product per layer, max pooling through
im2col and argmax: as the report describes it, in float32. Trains on 6,000 images and prints ten
times that; the same for 1,000 test images.
"""
import gzip
import sys
import time

import numpy as np

folder = sys.argv[1]
rng = np.random.default_rng(1)


def idx(name, count):
    with gzip.open(f"{folder}/{name}.gz") as file:
        head = file.read(4)
        shape = np.frombuffer(file.read(4 * head[3]), ">u4").astype(int)
        shape[0] = count
        return np.frombuffer(file.read(int(np.prod(shape))), np.uint8).reshape(shape)


def images(name, count):
    return np.pad(idx(name, count)[:, None] / np.float32(255), [(0, 0), (0, 0), (2, 2), (2, 2)])


def im2col(x, k, stride):
    n, c, h, w = x.shape
    oh, ow = (h - k) // stride + 1, (w - k) // stride + 1
    col = np.empty((n, c, k, k, oh, ow), x.dtype)
    for p in range(k):
        for q in range(k):
            col[:, :, p, q] = x[:, :, p : p + stride * oh : stride, q : q + stride * ow : stride]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1), oh, ow


def col2im(col, shape, k, stride, oh, ow):
    n, c, h, w = shape
    col = col.reshape(n, oh, ow, c, k, k).transpose(0, 3, 4, 5, 1, 2)
    x = np.zeros(shape, col.dtype)
    for p in range(k):
        for q in range(k):
            x[:, :, p : p + stride * oh : stride, q : q + stride * ow : stride] += col[:, :, p, q]
    return x


class Conv:
    def __init__(self, c, f, k):
        self.k, self.w = k, rng.normal(0, np.sqrt(2 / (c * k * k)), (f, c * k * k)).astype(
            np.float32
        )
        self.b = np.zeros(f, np.float32)

    def forward(self, x):
        self.shape = x.shape
        self.col, self.oh, self.ow = im2col(x, self.k, 1)
        y = self.col @ self.w.T + self.b
        return y.reshape(len(x), self.oh, self.ow, -1).transpose(0, 3, 1, 2)

    def backward(self, dy):
        dy = dy.transpose(0, 2, 3, 1).reshape(-1, len(self.b))
        self.db, self.dw = dy.sum(0), (self.col.T @ dy).T
        return col2im(dy @ self.w, self.shape, self.k, 1, self.oh, self.ow)


class Pool:
    def forward(self, x):
        self.shape = x.shape
        col, self.oh, self.ow = im2col(x, 2, 2)
        col = col.reshape(-1, 4)
        self.at = col.argmax(1)
        y = col[np.arange(len(col)), self.at]
        return y.reshape(len(x), self.oh, self.ow, -1).transpose(0, 3, 1, 2)

    def backward(self, dy):
        dy = dy.transpose(0, 2, 3, 1)
        col = np.zeros((dy.size, 4), dy.dtype)
        col[np.arange(dy.size), self.at] = dy.ravel()
        return col2im(col, self.shape, 2, 2, self.oh, self.ow)


class Affine:
    def __init__(self, inputs, units):
        self.w = rng.normal(0, np.sqrt(2 / inputs), (inputs, units)).astype(np.float32)
        self.b = np.zeros(units, np.float32)

    def forward(self, x):
        self.shape, self.x = x.shape, x.reshape(len(x), -1)
        return self.x @ self.w + self.b

    def backward(self, dy):
        self.dw, self.db = self.x.T @ dy, dy.sum(0)
        return (dy @ self.w.T).reshape(self.shape)


class Relu:
    def forward(self, x):
        self.off = x <= 0
        return np.where(self.off, 0, x)

    def backward(self, dy):
        return np.where(self.off, 0, dy)


layers = [
    Conv(1, 6, 5),
    Relu(),
    Pool(),
    Conv(6, 16, 5),
    Relu(),
    Pool(),
    Affine(400, 120),
    Relu(),
    Affine(120, 84),
    Relu(),
    Affine(84, 10),
]
learners = [layer for layer in layers if hasattr(layer, "w")]
moments = [[np.zeros_like(v) for layer in learners for v in (layer.w, layer.b)] for _ in range(2)]


def forward(x):
    for layer in layers:
        x = layer.forward(x)
    return x


def step(x, labels, t):
    y = forward(x)
    p = np.exp(y - y.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(len(x)), labels] -= 1
    d = p / np.float32(len(x))
    for layer in reversed(layers):
        d = layer.backward(d)
    values = [v for layer in learners for v in (layer.w, layer.b)]
    grads = [g for layer in learners for g in (layer.dw, layer.db)]
    for value, g, m, v in zip(values, grads, *moments):
        m += np.float32(0.1) * (g - m)
        v += np.float32(0.001) * (g * g - v)
        value -= (
            np.float32(0.001 / (1 - 0.9**t))
            * m
            / (np.sqrt(v / np.float32(1 - 0.999**t)) + np.float32(1e-7))
        )


x, labels = images("train-images-idx3-ubyte", 6000), idx("train-labels-idx1-ubyte", 6000)
x_test = images("t10k-images-idx3-ubyte", 1000)
step(x[:100], labels[:100], 1)
start = time.perf_counter()
for t, first in enumerate(range(0, 6000, 100), 2):
    step(x[first : first + 100], labels[first : first + 100], t)
train = 10 * (time.perf_counter() - start)
start = time.perf_counter()
forward(x_test)
test = 10 * (time.perf_counter() - start)
start = time.perf_counter()
for _ in range(50):
    forward(x_test[:1])
print(f"train={train:.4f} test={test:.4f} one_us={1e6 * (time.perf_counter() - start) / 50:.1f}")
