make study-ladder; 2026-11-30, commit a74b977, AMD EPYC with AVX-512; taken over from docs/record.md
