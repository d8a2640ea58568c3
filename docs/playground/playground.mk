# The playground: the chapters' own C as WebAssembly, and the page around it in one file.
PLAY    := docs/playground
W       := build/$(if $(call on,$(QUICK)),quick/)playground
# The linker drops functions that are not called.
PLAYED  := $(COMPUTING) $(patsubst %,chapters/07_lenet5/workbench/%.c,ink preprocess) \
           $(wildcard $(PLAY)/c/*.c)
PLAY_FLAGS = -O2 -std=c11 -D_POSIX_C_SOURCE=200809L -fno-math-errno -fno-trapping-math \
             -ffp-contract=off $(WARNINGS) -Icommon -Ichapters -I$(PLAY)/c
WASM_CC = clang --target=wasm32-wasi -msimd128 $(PLAY_FLAGS)

.PHONY: playground
##@ For students
NEEDS_playground := build playground
playground: $W/index.html ## draw a digit, see every layer, train: build/playground/index.html

# The parameters are those of the pictures; with QUICK=1 of their shorter runs.
$W/index.html: $W/lenet5.wasm $W/bits.txt $(wildcard $(PLAY)/*.* $(PLAY)/js/*) \
        $(call commands,report.tsv mistakes.tsv 1998/3.tsv)
	@python3 -B $(PLAY)/build.py $D $W $B/07_lenet5

# The page in Chromium: its numbers against this machine's, and its use; the lessons that run.
# IMAGES=100 are compared.
NEEDS_trust-playground := $(NEEDS_playground) docs browser
AXE := build/npm/axe/node_modules/axe-core/axe.min.js
trust-playground: docs $W/native $(AXE)
	@python3 -B tests/trust/playground/playground.py $W $(AXE) $(IMAGES)
	@python3 -B tests/trust/playground/lessons.py build/docs/html

$(AXE): | setup
	@npm install --silent --no-save --prefix build/npm/axe axe-core@4

build/wasm/%.o: %.c $(PLAY)/playground.mk | setup
	@mkdir -p $(@D)
	@echo '  CC   $< (WebAssembly)'
	$Q$(WASM_CC) -MMD -MP -c $< -o $@

# The page may call the functions of play.h, no others. The only main is the prologue's.
$W/lenet5.wasm: $(PLAYED:%.c=build/wasm/%.o) build/wasm/docs/prologue.o
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(WASM_CC) -mexec-model=reactor $^ -o $@ -Wl,--strip-all $$(sed -n \
	    's/^[a-z].*[ *]\([a-z]*_[a-z0-9]*\)(.*/-Wl,--export=\1/p' $(PLAY)/c/play.h)

# The same for this machine, without fused multiply-add: the numbers that the page should show.
NATIVE_PLAY := $(filter-out %/lessons.c,$(PLAYED)) \
               $(patsubst %,common/%.c,file idx kind measure safetensors) \
               tests/trust/playground/native.c
build/nofma/%.o: %.c $(PLAY)/playground.mk | setup
	@mkdir -p $(@D)
	@echo '  CC   $< (without fused multiply-add)'
	$Q$(CC) $(PLAY_FLAGS) -MMD -MP -c $< -o $@

$W/native: $(NATIVE_PLAY:%.c=build/nofma/%.o)
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $^ -lz -ljansson -lm -o $@

# The checksum after 30 batches on the images that are in the page. (When `make bits` writes one, it
# is copied from there.)
$W/bits.txt: $W/native
	@$< bits 1500 > $@

-include $(PLAYED:%.c=build/wasm/%.d) build/wasm/docs/prologue.d $(NATIVE_PLAY:%.c=build/nofma/%.d)
