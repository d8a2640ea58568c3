make study-original; 2026-11-30, commit a74b977, AMD EPYC with AVX-512; means taken over from docs/original.md
