# Chapter 4: the first affine layer, two images, two inputs, three units.
tbreak affine_forward
tbreak affine_backward
run
printf "\nx (%d, 2), one image per row:\n", n
matrix x n 2
printf "w (3, 2), one unit per row:\n"
matrix w 3 2
printf "y (%d, 3), so far:\n", n
matrix y n 3
hello
