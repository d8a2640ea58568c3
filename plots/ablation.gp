# What each departure from the original contributes: three seeds of each network.
# data: ablation.tsv  make study-ablation
w = 620; h = 560
load 'plots/style.gp'
table = D.'/ablation.tsv'
end = 2
load 'plots/dots.gp'
