# SPDX-License-Identifier: MIT
# bash completion for hgw(8); needs bash-completion
#
# What comes out of an inventory is data: it never passes through compgen -W or
# eval, which would expand a $(command) in the name of a node.

# _hgw_offer WORD...: those that begin with $cur, quoted for the line.
_hgw_offer() {
	local word
	local -a quoted=()
	(($# > 0)) && mapfile -t quoted < <(printf '%q\n' "$@")
	for word in "${quoted[@]}"; do
		[[ $word == "$cur"* ]] && COMPREPLY+=("$word")
	done
	__ltrim_colon_completions "$cur"
}

# _hgw_names WHAT [INVENTORY]...: names that hgw knows; inside quotes none.
_hgw_names() {
	local -a names
	[[ $cur == [\"\']* ]] && return
	mapfile -t names < <(command hgw complete "$@" 2>/dev/null)
	_hgw_offer "${names[@]}"
}

_hgw_nodes() {
	local i word
	local -a files=()
	for ((i = 2; i < ${#words[@]}; i++)); do
		word=${words[i]//[\\\'\"]/}
		word=${word/#\~\//$HOME/}
		[[ ${words[i - 1]} == --@(snapshot|out|plan) ]] && continue
		((i != cword)) && [[ -f $word ]] && files+=("$word")
	done
	_hgw_names nodes "${files[@]}"
}

_hgw() {
	local cur prev words cword split
	_init_completion -s -n : || return

	local commands='plan apply show verify flush help' formats='text json'
	if ((cword == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$cur")
		return
	fi
	local options='--netns --table --protocol --annotation-prefix -4 -6 -o --color -q -v --help --version'
	case ${words[1]} in
	plan)
		formats+=' batch'
		options+=' --node --exit-code --out --snapshot --adopt --no-prune --skip-unreachable'
		;;
	apply)
		options+=' --node --exit-code --dry-run --allow-empty --lock-timeout --adopt --no-prune
			--skip-unreachable --max-delete --wait --plan --verify --confirm-within --detach
			--confirm --rollback --probe --timeout'
		;;
	verify)
		formats+=' tap junit nagios'
		options+=' --node --snapshot --retry --strict --probe --timeout'
		;;
	show)
		formats+=' dot'
		options+=' --node --all --to --snapshot'
		;;
	flush) options+=' --dry-run --lock-timeout' ;;
	help)
		((cword == 2)) && mapfile -t COMPREPLY < <(compgen -W "${commands% help}" -- "$cur")
		return
		;;
	*) return ;;
	esac

	case $prev in
	-o) mapfile -t COMPREPLY < <(compgen -W "$formats" -- "$cur") ;;
	--color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur") ;;
	--node) _hgw_nodes ;;
	--netns) _hgw_names namespaces ;;
	--table) _hgw_names tables ;;
	--protocol) _hgw_names protocols ;;
	--out | --plan | --snapshot) _filedir ;;
	--annotation-prefix | --lock-timeout | --max-delete | --wait | --confirm-within | --retry) ;;
	*)
		if [[ $cur == -* ]]; then
			[[ $split == true ]] || mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		elif [[ ${words[1]} != flush ]]; then
			_filedir
		fi
		;;
	esac
}
complete -F _hgw hgw
