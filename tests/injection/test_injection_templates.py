"""Ways out of template sandboxes, from the lists that are public: none computes, calls or reads anything.

tests/joins/test_joins_templates.py has what templates may do, and their values, which are quoted.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from injection_store import steady
from injection_strings import HOSTILE
from said import called

from pql.diagnostics.diagnostic import PqlError
from pql.joins.source import Source, placed
from pql.joins.templates import render_text

NAMES = {"x": "text", "lst": [1, 2], "map": {"k": "v"}, "id": 7, "__class__": "no"}

ESCAPES = (
    "{{ 7*7 }}",
    "{{ 7*'7' }}",
    "{{ x.__class__ }}",
    "{{ x['__class__'] }}",
    '{{ x["__cla" "ss__"] }}',
    "{{ x['__cla' ~ 'ss__'] }}",
    "{{ x|attr('__class__') }}",
    "{{ x|attr(['__','class','__']|join) }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__.__base__.__subclasses__()[400]('id', shell=True) }}",
    "{{ [].__class__.__base__ }}",
    "{{ ().__class__.__bases__[0].__subclasses__()[59].__init__.__globals__ }}",
    "{{ config }}",
    "{{ config.items() }}",
    "{{ config.__class__.from_envvar.__globals__ }}",
    "{{ self }}",
    "{{ self.__init__.__globals__.__builtins__ }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__.os }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ lipsum() }}",
    "{{ range(10**9) }}",
    "{{ dict(a=1) }}",
    "{{ request.application.__globals__ }}",
    "{{ request|attr('application') }}",
    "{{ url_for.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ x.format('{0.__class__}') }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ x.format_map(map) }}",
    "{{ '%s' % x }}",
    "{{ x.encode() }}",
    "{{ x.upper }}",
    "{{ x.mro() }}",
    "{{ lst.append }}",
    "{{ lst.sort() }}",
    "{{ lst|map('string')|list }}",
    "{{ lst|map(attribute='__class__')|list }}",
    "{{ lst|selectattr('__class__') }}",
    "{{ lst|sum(start=lst) }}",
    "{{ map.items }}",
    "{{ map.get('k') }}",
    "{{ map|xmlattr }}",
    "{{ map|tojson }}",
    "{{ map.update(a=1) }}",
    "{{ x|safe }}",
    "{{ x|e }}",
    "{{ x|pql|upper }}",
    "{{ x|pql('y') }}",
    "{{ x|upper|pql }}",
    "{{ x if x else y }}",
    "{{ x is defined }}",
    "{{ not x }}",
    "{{ -id }}",
    "{{ (x, x) }}",
    "{{ [x] }}",
    "{{ {'a': x} }}",
    "{{ x ~ x }}",
    "{{ x[0:1] }}",
    "{{ lst[id] }}",
    "{{ lst[-1] }}",
    "{{ lst[1.0] }}",
    "{{ lst[true] }}",
    "{{ map[x] }}",
    "{{ ''|center(10**9) }}",
    "{{ 'a'*10**9 }}",
    "{{ 9**9**9 }}",
    "{{ __class__ }}" + "{{ x.__doc__ }}",
    "{% for c in ().__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
    "{% if x %}y{% endif %}",
    "{% set y = x %}",
    "{% import 'os' as os %}",
    "{% include '/etc/passwd' %}",
    "{% extends 'x' %}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% macro m() %}{% endmacro %}",
    "{% with y = x %}{% endwith %}",
    "{% filter upper %}x{% endfilter %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% debug %}",
    "{%- x -%}",
    "{{- x -}}",
    "{# comment #}",
    "{{ x #} }}",
    "{{",
    "{{ x",
    "{{ '}}' ",
    "{{ }}",
    "{{ x }}{{",
    "{{ " + "(" * 400 + "x" + ")" * 400 + " }}",
    "{{ x" + ".a" * 400 + " }}",
    "{{ x\0 }}",
    "{{ x\n;import os }}",
    "{{ loop }}{{ caller }}{{ varargs }}",
    "{{ g }}{{ session }}{{ app }}",
    "{{ _ }}{{ True }}",
)


@pytest.mark.parametrize("template", ESCAPES)
def test_no_way_out_of_a_template(template: str) -> None:
    with pytest.raises(PqlError) as caught:
        render_text(placed(template, Source("op.yaml", template)), NAMES)
    assert caught.value.diagnostic.code in ("PQL608", "PQL609")


def test_names_and_parts_are_looked_up_in_plain_data_only() -> None:
    """The same machinery does answer what it is for."""
    template = "{{ x }} {{ lst[1] }} {{ map.k }} {{ map['k'] }}"
    assert render_text(placed(template, Source("op.yaml", template)), NAMES).text == "text 2 v v"


def test_hostile_values_of_params_add_no_condition(index: Path, tmp_path: Path) -> None:
    """What a value could do in a query is its own run, by its name, and no other."""
    file = tmp_path / "op.yaml"
    for text in HOSTILE.values():
        if "\ud800" in text:
            continue
        params = {"want": {"value": text}, "ids": {"value": "unused"}}
        join = {"query": "name:{{ want }}, tags:all", "params": {"found": {"value": "globals.name"}}}
        inputs = [{"name": "want", "type": "str"}, {"name": "found", "type": "str", "isList": True}]
        component = {
            "kind": "component",
            "inputs": inputs,
            "run": {"kind": "job", "container": {"image": "x"}},
        }
        whole = {
            "kind": "operation",
            "params": {"want": params["want"]},
            "joins": [join],
            "component": component,
        }
        file.write_text(yaml.safe_dump(whole), encoding="utf-8")
        said = called("resolve", str(file), "--index", str(index))
        assert steady(said.out)
        assert steady(said.err)
        if "{{" in text:  # a value that is a template is one, and this one computes
            assert said.code == 2
            continue
        assert said.code == 0, (text, said.err)
        assert yaml.safe_load(said.out)["params"]["found"]["value"] == [text], text
