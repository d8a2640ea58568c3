make study-original; 2026-12-01, commit 9ade6ae, Intel(R) Xeon(R) Processor
