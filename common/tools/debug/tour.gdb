# For `make debug N`: prints numbers as a matrix, and stops inside the chapter's function.
set pagination off
set print pretty on
set confirm off
set debuginfod enabled off

define matrix
  if $argc != 3
    echo usage: matrix POINTER ROWS COLUMNS\n
  else
    set $m_row = 0
    while $m_row < $arg1
      set $m_col = 0
      while $m_col < $arg2
        printf "%10.4g", ($arg0)[$m_row * ($arg2) + $m_col]
        set $m_col = $m_col + 1
      end
      printf "\n"
      set $m_row = $m_row + 1
    end
  end
end
document matrix
matrix POINTER ROWS COLUMNS: prints a `real *` as a matrix, row after row.
end

# The arguments of a layer's function: the first channel of x, the first filter or the weight, and
# the first map of y (with its present content).
define tensors
  printf "x, channel 0 of %d:\n", l->in.c
  matrix x l->in.h l->in.w
  if l->weight[3] > 0
    printf "w, filter 0 of %d, channel 0 of %d:\n", l->weight[0], l->weight[1]
    matrix w l->weight[2] l->weight[3]
  end
  if l->weight[1] > 0 && l->weight[2] == 0
    printf "w, one unit per row:\n"
    matrix w l->weight[0] l->weight[1]
  end
  printf "y, map 0 of %d, so far:\n", l->out.c
  matrix y l->out.h l->out.w
  echo \n`tensors` prints these again.
end
document tensors
tensors: inside a layer's forward or backward, prints x, w and y as matrices.
end

define hello
  echo \n`next` takes one step, `matrix POINTER ROWS COLUMNS` prints any numbers,\n
  echo `finish` runs to the end of the function, `continue` to the next stop, `quit` ends.\n\n
end
document hello
hello: what to type.
end
