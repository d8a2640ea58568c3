# For `make debug N`: prints a `real *` as a matrix.
#
#     (gdb) matrix x 4 4            4 rows of 4 columns
#     (gdb) matrix x+1024 32 32     the second 32x32 map
set pagination off
set print pretty on

define matrix
  if $argc != 3
    echo usage: matrix POINTER ROWS COLUMNS\n
  else
    set $m_row = 0
    while $m_row < $arg1
      set $m_col = 0
      while $m_col < $arg2
        printf "%9.4g", ($arg0)[$m_row * ($arg2) + $m_col]
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

echo \n`matrix x 4 4` prints a `real *` as 4 rows of 4 columns; `print *l` shows a layer.\n
