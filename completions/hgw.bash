# SPDX-License-Identifier: MIT
# bash completion for hgw(8)

_hgw() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} formats='text json'
	local options='--netns --table --protocol --annotation-prefix -4 -6 -o --color -q -v --help --version'

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W 'plan apply show verify flush help --help --version' -- "$cur")
		return
	fi
	case $command in
	plan) options="$options --node --exit-code --out --snapshot --adopt --no-prune --skip-unreachable" formats="$formats batch" ;;
	apply) options="$options --node --exit-code --dry-run --allow-empty --lock-timeout
		--adopt --no-prune --skip-unreachable --max-delete --wait --plan --verify
		--confirm-within --detach --confirm --rollback" ;;
	verify) formats="$formats tap junit nagios" options="$options --node --snapshot --retry --strict" ;;
	show) formats="$formats dot" options="$options --node --snapshot --all" ;;
	flush) options="$options --dry-run --lock-timeout" ;;
	help) options='' ;;
	esac
	# bash splits words at '=', so that the value of --opt=VALUE is a word of its own
	if [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	elif [ "$cur" = = ]; then
		cur=''
	fi
	case $prev in
	-o) mapfile -t COMPREPLY < <(compgen -W "$formats" -- "$cur") && return ;;
	--color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur") && return ;;
	--out | --plan | --snapshot) compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--netns) mapfile -t COMPREPLY < <(compgen -W "$(ls /run/netns 2>/dev/null)" -- "$cur") && return ;;
	--table | --protocol | --annotation-prefix | --node | --lock-timeout | --max-delete | --wait | --confirm-within | --retry) return ;;
	esac
	if [ "$command" = help ]; then
		mapfile -t COMPREPLY < <(compgen -W 'plan apply show verify flush' -- "$cur")
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
	elif [ "$command" != flush ]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}
complete -F _hgw hgw
