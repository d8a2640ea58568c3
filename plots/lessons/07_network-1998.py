"""The network of LeCun et al. 1998 to scale, beside which the report's is to be seen."""
from network import draw

draw("build/07_lenet5 info --net 1998")
