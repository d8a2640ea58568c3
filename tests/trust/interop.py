"""Do PyTorch and NumPy agree with us?  interop.py PROGRAM   (make trust-interop)

Runs the Python of docs/files.md, unchanged, on the file that `make run` saves, and compares what
PyTorch makes of the first 1,000 test images with our table of outputs. Where Python's safetensors
library is missing, the page's NumPy lines are used instead.
"""
import gzip
import importlib.util
import json
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import numpy
import torch

OURS, BACK = "build/lenet5.safetensors", "build/from_{}.safetensors"
TABLES = "build/interop"
IMAGES = "common/mnist/t10k-images-idx3-ubyte.gz"
PAGE = re.findall(r"```python\n(.*?)```", Path("docs/files.md").read_text(), re.S)
INTO_TORCH, OUT_OF_TORCH, NUMPY_READS, NUMPY_WRITES = PAGE


def read(path):
    """The page's NumPy lines that read a file."""
    space = {}
    exec(NUMPY_READS.replace(OURS, path), space)
    return space["params"]


def write(params, path):
    """The page's NumPy lines that write one."""
    exec(NUMPY_WRITES.replace(BACK.format("numpy"), path), {"json": json, "params": params})


def stand_in():
    """NumPy's lines under the name of the library that is missing."""
    print("no safetensors library: the page's NumPy lines instead")
    module = types.ModuleType("safetensors.torch")
    module.load_file = lambda path: {k: torch.tensor(a) for k, a in read(path).items()}
    module.save_file = lambda state, path: write({k: t.numpy() for k, t in state.items()}, path)
    sys.modules["safetensors"] = types.ModuleType("safetensors")
    sys.modules["safetensors.torch"] = module


def pytorch():
    """The page's network in PyTorch, and its logits of the first 1,000 test images."""
    space = {}
    exec(INTO_TORCH, space)
    with gzip.open(IMAGES) as file:
        images = numpy.frombuffer(file.read(), numpy.uint8, offset=16)
    x = torch.tensor(images.reshape(-1, 1, 28, 28)[:1000] / 255, dtype=torch.float32)
    with torch.no_grad():
        logits = space["net"](torch.nn.functional.pad(x, (2, 2, 2, 2))).numpy()
    return space["net"], logits


def accuracy(program, *arguments):
    command = [program, "test", *arguments]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return output.splitlines()[-1].split()[1]  # test_accuracy=...


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if importlib.util.find_spec("safetensors") is None:
        stand_in()
    net, theirs = pytorch()
    os.makedirs(TABLES, exist_ok=True)
    accuracy(arguments[0], "--load", OURS, "--dir", TABLES)
    ours = numpy.loadtxt(f"{TABLES}/outputs.tsv", skiprows=1)[:1000, 2:]
    largest, worst = abs(ours).max(), abs(ours - theirs).max()
    print(f"1,000 images: logits of {largest:.1f} at most, PyTorch's differ by {worst:.1e} at most")

    exec(OUT_OF_TORCH, {"net": net})
    write(read(OURS), BACK.format("numpy"))
    found = set()
    for path in (OURS, BACK.format("torch"), BACK.format("numpy")):
        share = accuracy(arguments[0], "--load", path)
        found.add(share)
        print(f"{path}: {share}")
    return 0 if worst < 1e-4 and len(found) == 1 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
