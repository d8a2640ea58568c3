# Chapter 7: the first forward pass of the network; 25 images of the first mini-batch.
tbreak network_forward
tbreak network_backward
run
printf "\nthe first image, 32x32, every other row and column of its middle:\n"
set $m_row = 6
while $m_row < 26
  set $m_col = 4
  while $m_col < 28
    printf "%5.2f", space->y[0][$m_row * 32 + $m_col]
    set $m_col = $m_col + 2
  end
  printf "\n"
  set $m_row = $m_row + 2
end
printf "its label: %d; the first filter of C1:\n", space->label[0]
matrix params 5 5
hello
