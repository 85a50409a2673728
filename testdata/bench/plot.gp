# SPDX-License-Identifier: MIT
# Time of a fresh apply over the number of routes. Variables: points, a directory
# with a file for each line that report.py lists in PLOTTED; out.

set terminal svg size 960,460 dynamic font "DejaVu Sans,Helvetica,Arial,sans-serif,13" \
    background "#ffffff" linewidth 1.2
set output out
set multiplot layout 1,2

set logscale xy
set xrange [700:1.5e6]
set yrange [0.0007:30]
set format x "%.0s%c"
set ytics ("1 ms" 0.001, "10 ms" 0.01, "100 ms" 0.1, "1 s" 1, "10 s" 10)
set grid xtics ytics linecolor "#dddddd" linewidth 0.7
set border 3 linecolor "#555555"
set tics nomirror textcolor "#333333"
set title textcolor "#111111" font ",15"
set mxtics 1
set mytics 1
set xlabel "IPv4 routes" textcolor "#333333"
set key bottom right Left reverse samplen 2 spacing 1.15 opaque box linecolor "#ffffff" textcolor "#111111"

array name[7] = ["flannel’s loop", "Go netlink", "BIRD", "FRR staticd", "ip -batch", "hgw", "hgw, spread"]
array colour[7] = ["#b58900", "#8e63b5", "#2a9d8f", "#8a6d5b", "#e07b39", "#1f5fbf", "#c2185b"]
array mark[7] = [9, 5, 11, 13, 13, 7, 7]

file(gateways, i) = sprintf("%s/%s-%d", points, gateways, i - 1)
has(gateways, i) = int(system(sprintf("wc -l <'%s'", file(gateways, i)))) > 0
entry(gateways, i) = has(gateways, i) ? name[i] : ""

set title "Fresh apply, a gateway for each node"
plot for [i=1:7] has("distinct", i) ? file("distinct", i) : "/dev/null" using 1:2 \
    with linespoints linecolor rgb colour[i] linewidth (i > 5 ? 2.8 : 1.6) \
    pointtype mark[i] pointsize 0.6 title entry("distinct", i)

set title "Fresh apply, five gateways for all"
plot for [i=1:7] has("few", i) ? file("few", i) : "/dev/null" using 1:2 \
    with linespoints linecolor rgb colour[i] linewidth (i > 5 ? 2.8 : 1.6) \
    pointtype mark[i] pointsize 0.6 title entry("few", i)

unset multiplot
