"""`pql completion`, the scripts for shells, and `pql complete`, which they ask."""

from __future__ import annotations

from pql.cli.complete import complete_line
from pql.cli.exits import Exit, fail

__all__ = ["print_candidates", "print_script"]

_BASH = r"""_pql() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(pql complete --shell bash -- "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
    if [[ ${COMPREPLY[0]-} == :files ]]; then
        compopt -o filenames
        COMPREPLY=()
        while IFS= read -r line; do
            COMPREPLY+=("$line")
        done < <(compgen -f -- "$2")
    else
        compopt -o nosort 2>/dev/null
        [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == [a-z]* && $COMP_CWORD -eq 1 ]] || compopt -o nospace
    fi
}
complete -F _pql pql
"""
_ZSH = r"""#compdef pql
_pql() {
    local -a found
    local line="${(j: :)words[1,CURRENT-1]} $QIPREFIX$IPREFIX$PREFIX"  # LBUFFER lacks the quote that is open
    found=("${(@f)$(pql complete --shell zsh -- "$line" 2>/dev/null)}")
    if [[ ${found[1]} == :files ]]; then
        _files
    elif [[ -n ${found[1]} ]]; then
        compadd -S '' -- "${found[@]}"
    fi
}
if [[ $funcstack[1] == _pql ]]; then
    _pql "$@"
else
    compdef _pql pql
fi
"""
_FISH = r"""function __pql_complete
    set -l found (pql complete --shell fish -- (commandline -cp | string collect) 2>/dev/null)
    if test "$found[1]" = ':files'
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c pql -f -a '(__pql_complete)'
"""
_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def print_script(shell: str) -> None:
    """Print the script that a shell reads at its start."""
    script = _SCRIPTS.get(shell)
    if script is None:
        fail(f"error: there is a completion for {', '.join(_SCRIPTS)}, not for {shell!r}", Exit.USAGE)
    print(script, end="")


def print_candidates(line: str, current: str | None, shell: str) -> None:
    """Print what the last word of a line can become, a line each; nothing where anything fails: what is
    printed stands in the middle of somebody's prompt."""
    try:
        found = complete_line(line, (current or "") if shell == "bash" else None)
    except (Exception, SystemExit):  # noqa: BLE001
        return
    print("".join(f"{each}\n" for each in found if each.isprintable()), end="")
