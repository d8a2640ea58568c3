# Chapter 3: the first pool, 2x2 windows on a 4x4 image.
tbreak max_pool_forward
tbreak max_pool_backward
run
tensors
hello
