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

import numpy
import torch

OURS, BACK = "build/lenet5.safetensors", "build/from_{}.safetensors"
TABLES = "build/interop"
page = re.findall(r"```python\n(.*?)```", open("docs/files.md").read(), re.S)
into_torch, out_of_torch, numpy_reads, numpy_writes = page


def read(path):
    space = {}
    exec(numpy_reads.replace(OURS, path), space)
    return space["params"]


def write(params, path):
    exec(numpy_writes.replace(BACK.format("numpy"), path), {"json": json, "params": params})


if importlib.util.find_spec("safetensors") is None:
    print("no safetensors library: the page's NumPy lines instead")
    stand_in = types.ModuleType("safetensors.torch")
    stand_in.load_file = lambda path: {k: torch.tensor(a) for k, a in read(path).items()}
    stand_in.save_file = lambda state, path: write({k: t.numpy() for k, t in state.items()}, path)
    sys.modules["safetensors"] = types.ModuleType("safetensors")
    sys.modules["safetensors.torch"] = stand_in

space = {}
exec(into_torch, space)
with gzip.open("common/mnist/t10k-images-idx3-ubyte.gz") as file:
    images = numpy.frombuffer(file.read(), numpy.uint8, offset=16)
x = torch.tensor(images.reshape(-1, 1, 28, 28)[:1000] / 255, dtype=torch.float32)
with torch.no_grad():
    theirs = space["net"](torch.nn.functional.pad(x, (2, 2, 2, 2))).numpy()

program = sys.argv[1]


def result(*arguments):
    command = [program, "test", *arguments]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return output.splitlines()[-1].split()[1]  # test_accuracy=...


os.makedirs(TABLES, exist_ok=True)
result("--load", OURS, "--dir", TABLES)
ours = numpy.loadtxt(f"{TABLES}/outputs.tsv", skiprows=1)[:1000, 2:]
largest, worst = abs(ours).max(), abs(ours - theirs).max()
print(f"1,000 images: logits of {largest:.1f} at most, PyTorch's differ by {worst:.1e} at most")

exec(out_of_torch, {"net": space["net"]})
write(read(OURS), BACK.format("numpy"))
accuracies = set()
for path in (OURS, BACK.format("torch"), BACK.format("numpy")):
    accuracy = result("--load", path)
    accuracies.add(accuracy)
    print(f"{path}: {accuracy}")
sys.exit(0 if worst < 1e-4 and len(accuracies) == 1 else 1)
