# How fast, and compared with whom.
.PHONY: bench bench-peers bench-browser bench-busy bench-scaling bench-ranks
##@ For engineers
NEEDS_bench := build
bench: $B/bench ## the time of every layer, of training and of testing
	@$(BEST_BLAS) $< $(ARGS)

# OpenBLAS has AVX2 kernels for AVX-512 processors that it does not know.
BEST_BLAS = $(shell grep -qw avx512vl /proc/cpuinfo && \
              echo 'OPENBLAS_CORETYPE="$${OPENBLAS_CORETYPE:-SKYLAKEX}"')

bench-%: ## in PyTorch (peers), JavaScript (browser), on a busy machine (busy); scaling; ranks
	@echo 'error: there is no bench "$*"; see make help' >&2; exit 2

# The same work in PyTorch and in NumPy, in turn, with ratios (two minutes).
bench-peers: $B/bench
	@sh tests/bench/peers.sh $< common/mnist

# The playground's module against ConvNetJS and TensorFlow.js, in Chromium (a quarter of an hour).
NEEDS_bench-browser := playground browser
PEERS := build/npm/peers/node_modules/convnetjs/package.json
bench-browser: build/playground/lenet5.wasm $(PEERS)
	@python3 -B tests/bench/peers_browser.py build/npm/peers/node_modules $<

$(PEERS): | setup
	@npm install --silent --no-save --prefix build/npm/peers convnetjs@0.3 @tensorflow/tfjs@4 \
	    @tensorflow/tfjs-backend-wasm@4

# An epoch alongside 1, 2, 4 and 8 busy programs (on an otherwise idle machine).
bench-busy: $B/bench
	@sh tests/bench/busy.sh $< common/mnist

# Two processes against two threads, and as root two hosts (two minutes on an idle machine).
NEEDS_bench-ranks := build mpi hosts
bench-ranks: $B/delay
	@$(MAKE) --no-print-directory MPI=1 build/mpi/07_lenet5 build/mpi/ranks
	@mkdir -p build/data
	@sh tests/bench/ranks.sh build/mpi/07_lenet5 build/mpi/ranks $< build/data/ranks.tsv
	@sh plots/kept.sh say build/data/ranks.tsv "make $@"

# Programs of one file.
$B/delay $B/ranks: $B/%: tests/bench/%.c $B/flags | setup
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $< -o $@

# Seconds per epoch by data, batch and threads, for `make plot-speed`.
bench-scaling: $B/bench
	@mkdir -p build/data
	@$< --scaling build/data/speed.tsv
	@sh plots/kept.sh say build/data/speed.tsv "make $@"

$B/bench: $B/float/tests/bench/bench.o $(call objects,float,07_lenet5) $B/float/common.a
	$(link)
