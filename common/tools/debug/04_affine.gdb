# Chapter 4: the first affine layer, two inputs, two units.
tbreak affine_forward
tbreak affine_backward
run
printf "\nx (2):\n"
matrix x 1 2
printf "w (2, 2), one unit per row:\n"
matrix w 2 2
printf "y (2), so far:\n"
matrix y 1 2
hello
