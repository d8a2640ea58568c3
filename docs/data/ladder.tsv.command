make study-ladder; 2026-12-01, commit 76e42f3, AMD EPYC
