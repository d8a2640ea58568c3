# What each departure from the original is worth: three seeds of each network.
# data: ablation.tsv  make ablation
w = 860; h = 520
load 'plots/style.gp'
data = D.'/ablation.tsv'
set title 'What each departure from the original is worth'
set key top right
load 'plots/dots.gp'
