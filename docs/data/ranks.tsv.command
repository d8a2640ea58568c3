make bench-ranks; 2026-12-01, commit b3a3c68, AMD EPYC
