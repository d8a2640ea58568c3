# Chapter 5: the first loss, of three scores.
tbreak softmax_ce_forward
tbreak softmax_ce_backward
run
printf "\nx (%d, %d):\n", n, l->classes
matrix x n l->classes
printf "score (%d, %d), the probabilities so far:\n", n, l->classes
matrix score n l->classes
hello
