#!/bin/sh
# Do PyTorch, NumPy and JavaScript read our files?  sh tests/trust/interop.sh PROGRAM
set -eu
here=$(dirname "$0")
for python in python3 /usr/bin/python3; do
    "$python" -c 'import torch, numpy' 2> /dev/null && break
    python=
done
[ "$python" ] || { echo 'error: needs python3-torch and python3-numpy' >&2; exit 1; }
"$python" "$here/interop.py" "$1"
if command -v npm > /dev/null; then
    npm install --silent --no-audit --no-fund --prefix build/npm @huggingface/hub
    node "$here/interop.mjs" build/npm build/lenet5.safetensors
else
    echo 'no npm: its parser of safetensors was not asked'
fi
