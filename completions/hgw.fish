# SPDX-License-Identifier: MIT
# fish completion for hgw(8)

set -l commands plan apply show verify flush help
complete -c hgw -n "not __fish_seen_subcommand_from $commands" -f
complete -c hgw -n "not __fish_seen_subcommand_from $commands" -a plan -d 'print what apply would change'
complete -c hgw -n "not __fish_seen_subcommand_from $commands" -a apply -d 'make the routes what the inventory says'
complete -c hgw -n "not __fish_seen_subcommand_from $commands" -a show -d 'print the routes that are ours'
complete -c hgw -n "not __fish_seen_subcommand_from $commands" -a verify -d 'judge whether packets would go there'
complete -c hgw -n "not __fish_seen_subcommand_from $commands" -a flush -d 'delete all routes that are ours'
complete -c hgw -n "not __fish_seen_subcommand_from $commands" -a help -d 'print the help of a command'
complete -c hgw -n '__fish_seen_subcommand_from help' -f -a 'plan apply show verify flush'
complete -c hgw -n '__fish_seen_subcommand_from flush' -f
complete -c hgw -n '__fish_seen_subcommand_from plan apply verify' -l node -x -d 'this host is node NAME'
complete -c hgw -n '__fish_seen_subcommand_from plan apply' -l exit-code -d 'exit with 2 if there are changes'
complete -c hgw -n '__fish_seen_subcommand_from apply flush' -l dry-run -d 'change nothing'
complete -c hgw -n '__fish_seen_subcommand_from plan apply' -l adopt -d 'take over routes of others'
complete -c hgw -n '__fish_seen_subcommand_from plan apply' -l no-prune -d 'keep routes to subnets that no node has'
complete -c hgw -n '__fish_seen_subcommand_from plan apply' -l skip-unreachable -d 'leave nodes alone that are not on the link'
complete -c hgw -n '__fish_seen_subcommand_from apply' -l max-delete -x -d 'delete at most so many'
complete -c hgw -n '__fish_seen_subcommand_from apply flush' -l lock-timeout -x -d 'wait for another hgw'
complete -c hgw -n '__fish_seen_subcommand_from apply' -l allow-empty -d 'also if no route is left'
complete -c hgw -n '__fish_seen_subcommand_from plan' -s o -x -a 'text json batch' -d 'output format'
complete -c hgw -n '__fish_seen_subcommand_from apply show verify flush' -s o -x -a 'text json' -d 'output format'
complete -c hgw -l netns -x -a '(command ls /run/netns 2>/dev/null)' -d 'network namespace'
complete -c hgw -l table -x -d 'routing table'
complete -c hgw -l protocol -x -d 'route protocol'
complete -c hgw -s 4 -d 'IPv4 only'
complete -c hgw -s 6 -d 'IPv6 only'
complete -c hgw -l color -x -a 'auto always never' -d 'colour'
complete -c hgw -s q -d 'print errors only'
complete -c hgw -s v -d 'print more'
complete -c hgw -l help -d 'print help'
complete -c hgw -l version -d 'print the version'
