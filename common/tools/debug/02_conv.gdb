# Chapter 2: the first convolution, of a 3x3 image with one 2x2 filter.
tbreak conv_forward
tbreak conv_backward
run
tensors
hello
