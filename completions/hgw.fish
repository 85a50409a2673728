# SPDX-License-Identifier: MIT
# fish completion for hgw(8)

function __hgw_no_command
    test (count (commandline -opc)) -le 1
end

# Whether the command, which is the first word, is one of these.
function __hgw_command
    set -l words (commandline -opc)
    contains -- "$words[2]" $argv
end

# Node names out of the inventories on the line, as far as the cursor. What hgw prints is data to fish.
function __hgw_nodes
    set -l before
    set -l files
    for word in (string unescape -- (commandline -opc)[3..])
        set -l file (string replace -r '^~/' "$HOME/" -- $word)
        if test -f "$file"; and not contains -- "$before" --snapshot --out --plan
            set -a files $file
        end
        set before $word
    end
    command hgw complete nodes $files 2>/dev/null
end

complete -c hgw -n __hgw_no_command -f
complete -c hgw -n __hgw_no_command -a plan -d 'print what apply would change'
complete -c hgw -n __hgw_no_command -a apply -d 'make the routes what the inventory says'
complete -c hgw -n __hgw_no_command -a show -d 'print the routes that are ours'
complete -c hgw -n __hgw_no_command -a verify -d 'judge whether packets would go there'
complete -c hgw -n __hgw_no_command -a flush -d 'delete all routes that are ours'
complete -c hgw -n __hgw_no_command -a help -d 'print the help of a command'
complete -c hgw -n '__hgw_command help' -f
complete -c hgw -n '__hgw_command help; and test (count (commandline -opc)) -eq 2' -a 'plan apply show verify flush'
complete -c hgw -n '__hgw_command flush' -f
complete -c hgw -n '__hgw_command plan apply show verify' -l node -x -a '(__hgw_nodes)' -d 'this host is node NAME'
complete -c hgw -n '__hgw_command plan apply' -l exit-code -d 'exit with 2 if there are changes'
complete -c hgw -n '__hgw_command apply flush' -l dry-run -d 'change nothing'
complete -c hgw -n '__hgw_command plan apply' -l adopt -d 'take over routes of others'
complete -c hgw -n '__hgw_command plan apply' -l no-prune -d 'keep routes to subnets that no node has'
complete -c hgw -n '__hgw_command plan apply' -l skip-unreachable -d 'leave nodes alone that are not on the link'
complete -c hgw -n '__hgw_command plan show verify' -l snapshot -r -d 'what ip route printed elsewhere, or a directory of it'
complete -c hgw -n '__hgw_command plan' -l out -r -d 'save the plan'
complete -c hgw -n '__hgw_command apply' -l plan -r -d 'apply a saved plan'
complete -c hgw -n '__hgw_command apply' -l verify -d 'check afterwards'
complete -c hgw -n '__hgw_command apply' -l confirm-within -x -d 'go back unless confirmed'
complete -c hgw -n '__hgw_command apply' -l detach -d 'do not wait for that'
complete -c hgw -n '__hgw_command apply' -l confirm -d 'keep the change'
complete -c hgw -n '__hgw_command apply' -l rollback -d 'take it back'
complete -c hgw -n '__hgw_command apply' -l wait -x -d 'wait for the network'
complete -c hgw -n '__hgw_command apply' -l max-delete -x -d 'delete at most so many'
complete -c hgw -n '__hgw_command apply flush' -l lock-timeout -x -d 'wait for another hgw'
complete -c hgw -n '__hgw_command apply' -l allow-empty -d 'also if no route is left'
complete -c hgw -n '__hgw_command plan' -s o -x -a 'text json batch' -d 'output format'
complete -c hgw -n '__hgw_command show' -l all -d 'routes of others too'
complete -c hgw -n '__hgw_command show' -l to -x -d 'the way of a packet'
complete -c hgw -n '__hgw_command apply flush' -s o -x -a 'text json' -d 'output format'
complete -c hgw -n '__hgw_command show' -s o -x -a 'text json dot' -d 'output format'
complete -c hgw -n '__hgw_command verify' -s o -x -a 'text json tap junit nagios' -d 'output format'
complete -c hgw -n '__hgw_command verify' -l retry -x -d 'wait until nothing fails'
complete -c hgw -n '__hgw_command verify' -l strict -d 'warnings fail'
complete -c hgw -n '__hgw_command apply verify' -l probe -d 'ask the gateways themselves'
complete -c hgw -n '__hgw_command apply verify' -l timeout -x -d 'wait for their answers'
complete -c hgw -n '__hgw_command plan apply show verify flush' -l netns -x -a '(command hgw complete namespaces 2>/dev/null)' -d 'network namespace'
complete -c hgw -n '__hgw_command plan apply show verify flush' -l table -x -a '(command hgw complete tables 2>/dev/null)' -d 'routing table'
complete -c hgw -n '__hgw_command plan apply show verify flush' -l protocol -x -a '(command hgw complete protocols 2>/dev/null)' -d 'route protocol'
complete -c hgw -n '__hgw_command plan apply show verify flush' -l annotation-prefix -x -d 'of the annotations of flannel'
complete -c hgw -n '__hgw_command plan apply show verify flush' -s 4 -d 'IPv4 only'
complete -c hgw -n '__hgw_command plan apply show verify flush' -s 6 -d 'IPv6 only'
complete -c hgw -n '__hgw_command plan apply show verify flush' -l color -x -a 'auto always never' -d 'colour'
complete -c hgw -n '__hgw_command plan apply show verify flush' -s q -d 'print errors only'
complete -c hgw -n '__hgw_command plan apply show verify flush' -s v -d 'print more'
complete -c hgw -n '__hgw_no_command; or __hgw_command plan apply show verify flush' -l help -d 'print help'
complete -c hgw -n '__hgw_no_command; or __hgw_command plan apply show verify flush' -l version -d 'print the version'
