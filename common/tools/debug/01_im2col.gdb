# Chapter 1: the first im2col, of a 3x4 image with 2x2 windows.
tbreak im2col
run
printf "\nx (%d, %d):\n", in.h, in.w
matrix x in.h in.w
printf "col (4, 6), so far:\n"
matrix col 4 6
hello
