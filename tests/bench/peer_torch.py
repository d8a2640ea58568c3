"""The same work in PyTorch, for `make bench-peers`:  peer_torch.py DIR THREADS

The report's network on 32x32 images, Adam 0.001, batch 100, a new order each epoch, float32. Prints
one line: seconds of a training epoch (the second of two: the first warms up), seconds to classify
the 10,000 test images, microseconds for one image.
"""
import gzip
import os
import sys
import time

# PyTorch shares its work out by itself. With OpenBLAS's threads as well as its own it takes more
# than twice as long on two, and on one it would not be alone.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

folder, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)


def idx(name):
    with gzip.open(f"{folder}/{name}.gz") as file:
        data = file.read()
    dims = data[3]
    shape = np.frombuffer(data, ">u4", dims, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dims).reshape(shape)


def images(name):
    return F.pad(torch.tensor(idx(name)).float().div_(255).unsqueeze(1), (2, 2, 2, 2))


x, t = images("train-images-idx3-ubyte"), torch.tensor(idx("train-labels-idx1-ubyte")).long()
x_test = images("t10k-images-idx3-ubyte")
net = nn.Sequential(
    nn.Conv2d(1, 6, 5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(6, 16, 5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(400, 120),
    nn.ReLU(),
    nn.Linear(120, 84),
    nn.ReLU(),
    nn.Linear(84, 10),
)
adam = torch.optim.Adam(net.parameters(), lr=0.001)


def epoch():
    start = time.perf_counter()
    for batch in torch.randperm(len(x)).split(100):
        adam.zero_grad(set_to_none=True)
        F.cross_entropy(net(x[batch]), t[batch]).backward()
        adam.step()
    return time.perf_counter() - start


def test():
    start = time.perf_counter()
    for part in x_test.split(1000):
        net(part).argmax(1)
    return time.perf_counter() - start


def one_image(times):
    one = x_test[:1]
    start = time.perf_counter()
    for _ in range(times):
        net(one)
    return (time.perf_counter() - start) / times


epoch()
train = epoch()
with torch.no_grad():
    test(), one_image(100)
    print(f"train={train:.4f} test={test():.4f} one_us={1e6 * one_image(1000):.1f}")
