"""The options of `pql completion`, and of `pql complete`, which its scripts ask."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["complete", "completion"]


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print the script that completes commands, options, fields, keys and values in a shell.

    For this session: source <(pql completion bash). For every one, write it where the shell looks:

    \b
    pql completion bash > ~/.local/share/bash-completion/completions/pql
    pql completion fish > ~/.config/fish/completions/pql.fish
    """
    from pql.cli.completion import print_script

    print_script(shell)


def complete(
    line: Annotated[str, typer.Argument(help="The command line up to the cursor.")],
    current: Annotated[str | None, typer.Argument(help="The part of it that the shell replaces.")] = None,
    shell: Annotated[str, typer.Option("--shell", help="bash, zsh or fish.")] = "bash",
) -> None:
    """Say what the last word of a command line can become.

    \b
    pql complete "pql search metrics.lo" metrics.lo
    pql complete --shell zsh "pql search status:fai"
    """
    from pql.cli.completion import print_candidates

    print_candidates(line, current, shell)
