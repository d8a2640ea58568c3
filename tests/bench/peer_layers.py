"""Each layer of LeNet-5 in PyTorch (oneDNN), for `make bench-peers`:  peer_layers.py BATCH

One thread, BATCH images, float32. Prints a line per layer, "NAME<TAB>FORWARD<TAB>BACKWARD" in
microseconds per image: the least of several runs. Backward is both gradients of a layer, and the
first layer's only that of its parameters. S2 and S4 include the ReLU before them, as ours do.
"""
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # peer_torch.py says why

import torch
from torch import nn

batch = int(sys.argv[1])
torch.set_num_threads(1)
torch.manual_seed(1)

layers = [
    ("C1", nn.Conv2d(1, 6, 5), (1, 32, 32)),
    ("S2", nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)), (6, 28, 28)),
    ("C3", nn.Conv2d(6, 16, 5), (6, 14, 14)),
    ("S4", nn.Sequential(nn.ReLU(), nn.MaxPool2d(2)), (16, 10, 10)),
    ("C5", nn.Linear(400, 120), (400,)),
    ("C5.relu", nn.ReLU(), (120,)),
    ("F6", nn.Linear(120, 84), (120,)),
    ("F6.relu", nn.ReLU(), (84,)),
    ("OUT", nn.Linear(84, 10), (84,)),
]


def least(run, times=20, runs=9):
    """Microseconds per image of the fastest of some runs of this thread."""
    best = float("inf")
    for _ in range(runs):
        start = time.thread_time()
        for _ in range(times):
            run()
        best = min(best, time.thread_time() - start)
    return 1e6 * best / times / batch


for name, layer, shape in layers:
    x = torch.randn(batch, *shape, requires_grad=name != "C1")
    y = layer(x)
    dy = torch.randn_like(y)
    wanted = [t for t in (x, *layer.parameters()) if t.requires_grad]
    with torch.no_grad():
        forward = least(lambda: layer(x))
    backward = least(lambda: torch.autograd.grad(y, wanted, dy, retain_graph=True))
    print(f"{name}\t{forward:.3f}\t{backward:.3f}")
