make study-ablation; 2026-12-01, commit e4ee237, Intel(R) Xeon(R) Processor
