make bench-scaling; 2026-11-30, commit 8a530eb, AMD EPYC with AVX-512; taken over from docs/speed.md
