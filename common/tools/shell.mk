# The environment of every command, and text that goes into one.

# Numbers have a point, and names are sorted by bytes, whatever language a desktop speaks. Which
# characters its terminal knows is left as it is.
ifneq ($(LC_ALL),)
export LC_CTYPE := $(LC_ALL)
unexport LC_ALL
endif
export LC_NUMERIC := C
export LC_COLLATE := C
export PYTHONUTF8 := 1
# quote,TEXT: one word for the shell, whatever is in it; raw,VARIABLE: its value, as it was typed.
quote = '$(subst ','\'',$1)'
raw   = $(call quote,$(value $1))

# nearest,GOAL: "there is no goal ...; did you mean: ...", or nothing when there is such a goal.
nearest  = $(shell awk -v goal=$(call quote,$1) -v number=$(firstword $(NUMBER)) \
             -f common/tools/nearest.awk $(wildcard Makefile */*.mk */*/*.mk */*/*/*.mk))
