# Chapter 6: the first step of SGD, then of momentum and Adam, on one parameter.
tbreak sgd_step
tbreak momentum_step
tbreak adam_step
run
printf "\nw = %g, g = %g, lr = %g\n", *w, *g, o->lr
hello
