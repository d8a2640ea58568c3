"""The report's network to scale: every map and every unit, with shapes and parameters."""
from network import draw

draw("build/07_lenet5 info")
