"""The reference of the library, from the docstrings and signatures of what the packages export.

Signatures are taken from the source, not from the objects: so they read as they were written, on every
version of Python.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from typing import Any

PACKAGES = {
    "pql.md": ("pql", ()),
    "joins.md": ("pql.joins", ()),
    "lineage_index.md": ("lineage_index", ("tracking",)),
    "tracking.md": ("lineage_index.tracking", ()),
}
CONSTANTS = {
    "CODES": "Every diagnostic by its code: the registry behind [the pages](../../codes/README.md).",
    "FLAGS": "Whether a reference of a kind may be passed plainly, `contextOnly` or `toInit`.",
    "REFERENCES": "What a reference gives in each place of a join, or None where it can't stand.",
}
WIDTH = 88


def library_pages() -> dict[str, str]:
    """The pages by the names of their files."""
    return {name: _page(module, skipped) for name, (module, skipped) in PACKAGES.items()}


def _page(name: str, skipped: tuple[str, ...]) -> str:
    module = import_module(name)
    parts = [f"# {name}\n", f"{inspect.cleandoc(module.__doc__ or '')}\n"]
    parts += [_entry(each, getattr(module, each)) for each in module.__all__ if each not in skipped]
    return "\n".join(parts).rstrip() + "\n"


def _entry(name: str, value: Any) -> str:
    if inspect.isclass(value):
        return _class(name, value)
    if inspect.isfunction(value):
        node = _definition(value)
        assert isinstance(node, ast.FunctionDef)
        return f"## {name}\n\n```python\n{_signature(node, name)}\n```\n\n{_doc(node)}\n"
    return f"## {name}\n\n{CONSTANTS[name]}\n"


def _definition(value: Any) -> ast.stmt:
    return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]


def _class(name: str, value: type) -> str:
    node = _definition(value)
    assert isinstance(node, ast.ClassDef)
    kind = "exception" if issubclass(value, BaseException) else "class"
    parts = [f"## {name}\n", f"```python\n{kind} {name}{_bases(value)}\n```\n", f"{_doc(node)}\n"]
    if issubclass(value, Enum):
        members = ", ".join(f"`{each.name}` (`{each.value!r}`)" for each in value)
        parts.append(f"Members: {members}.\n")
    else:
        fields = list(_fields(node))
        if fields:
            rows = [f"| `{field}` | `{_cell(kind)}` | {_cell(told)} |" for field, kind, told in fields]
            parts.append("\n".join(["| field | type | |\n|---|---|---|", *rows]) + "\n")
    for method in _methods(value):
        title = f"{name}.{method.name}" if method.name != "__init__" else f"{name}(…)"
        shown = _signature(method, name if method.name == "__init__" else method.name)
        parts.append(f"### {title}\n\n```python\n{shown}\n```\n\n{_doc(method)}\n")
    return "\n".join(parts)


def _bases(value: type) -> str:
    shown = [each.__name__ for each in value.__bases__ if issubclass(each, BaseException | Enum)]
    return f"({', '.join(shown)})" if shown else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Annotated public fields with the text below each."""
    for field, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if field.target.id.startswith("_"):
            continue
        told = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            told = str(after.value.value)
        yield field.target.id, ast.unparse(field.annotation), told


def _methods(value: type) -> Iterator[ast.FunctionDef]:
    """Public methods and properties with a docstring, those of our own base classes included."""
    seen: set[str] = set()
    for place in value.__mro__:
        if not place.__module__.startswith(("pql", "lineage_index")):
            continue
        node = _definition(place)
        assert isinstance(node, ast.ClassDef)
        for method in node.body:
            if (
                not isinstance(method, ast.FunctionDef)
                or method.name in seen
                or not ast.get_docstring(method)
            ):
                continue
            if method.name.startswith("_") and method.name != "__init__":
                continue
            seen.add(method.name)
            yield method


def _doc(node: ast.FunctionDef | ast.ClassDef) -> str:
    return inspect.cleandoc(ast.get_docstring(node) or "")


def _signature(node: ast.FunctionDef, name: str) -> str:
    """The signature as it is written, without `self` and `cls`; an argument a line where it is long."""
    decorators = {ast.unparse(each) for each in node.decorator_list}
    returns = f" -> {ast.unparse(node.returns)}" if node.returns and node.name != "__init__" else ""
    if decorators & {"property", "cached_property"}:
        return f"{name}{returns.replace(' ->', ':')}  # property"
    if node.args.args and node.args.args[0].arg in ("self", "cls"):
        node.args.args = node.args.args[1:]
        node.args.defaults = node.args.defaults[-len(node.args.args) :] if node.args.args else []
    short = f"{name}({', '.join(_arguments(node.args))}){returns}"
    if len(short) <= WIDTH:
        return short
    return f"{name}(\n" + "".join(f"    {each},\n" for each in _arguments(node.args)) + f"){returns}"


def _arguments(given: ast.arguments) -> Iterator[str]:
    plain = [*given.posonlyargs, *given.args]
    defaults = [*([None] * (len(plain) - len(given.defaults))), *given.defaults]
    for number, (each, default) in enumerate(zip(plain, defaults, strict=True)):
        yield _argument(each, default)
        if given.posonlyargs and number == len(given.posonlyargs) - 1:
            yield "/"
    if given.vararg:
        yield f"*{_argument(given.vararg, None)}"
    elif given.kwonlyargs:
        yield "*"
    for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        yield _argument(each, default)
    if given.kwarg:
        yield f"**{_argument(given.kwarg, None)}"


def _argument(node: ast.arg, default: ast.expr | None) -> str:
    annotation = f": {ast.unparse(node.annotation)}" if node.annotation else ""
    if default is None:
        return node.arg + annotation
    return f"{node.arg}{annotation}{' = ' if annotation else '='}{_value(default)}"


def _value(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return json.dumps(node.value, ensure_ascii=False)
    return ast.unparse(node)
