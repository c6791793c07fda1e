"""The table of hostile strings: what each is made to do, where a text is taken for more than a text."""

from __future__ import annotations

import os

__all__ = ["HOSTILE", "IN_ARGUMENTS", "some"]

HOSTILE: dict[str, str] = {
    # Statements
    "sql: ends a literal": "'; DROP TABLE runs; --",
    "sql: always true": '" OR 1=1 --',
    "sql: writes a file": "'); COPY (SELECT 42) TO 'pwned.csv'; --",
    "sql: reads a file": "x' UNION SELECT content FROM read_text('/etc/passwd') --",
    "sql: placeholders": "$1 $name ? :x",
    "sql: comment": "/* x */ -- y",
    "sql: dollar quotes": "$$; SELECT 1; $$",
    # The query language itself
    "pql: another condition": "x, status:failed",
    "pql: always true": "x | name:~nil",
    "pql: quotes": '"',
    "pql: backslashes": '\\\\"\\',
    "pql: like": "%",
    "pql: pattern": "/.*/i",
    "pql: null": "nil",
    "pql: any": "_any_",
    "pql: list": "a|b|c",
    "pql: saved query": "@best",
    # HTML and scripts
    "html: script": "<script>alert(1)</script>",
    "html: closes an attribute": '"><img src=x onerror=alert(1)>',
    "html: single quotes": "' onmouseover='alert(1)",
    "html: ends a script": "</script><script>alert(1)//",
    "html: comment": "<!-- x --> <![CDATA[ ]]>",
    "html: entities": "&lt;b&gt; &#x3c; &amp",
    "html: address": "javascript:alert(1)",
    "html: svg": "<svg/onload=alert(1)>",
    "html: template of a chart": "datum['x'] && 1",
    # Terminals
    "terminal: colour": "\x1b[31mred",
    "terminal: title": "\x1b]0;title\x07",
    "terminal: clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "terminal: link": "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "terminal: one-character control": "\x9b2J\x9d0;x\x9c",
    "terminal: backspace": "good\x08\x08\x08\x08evil",
    "terminal: overwritten line": "good\rerror: none",
    "terminal: another line": "x\nerror[PQL101]: forged",
    "terminal: separators": "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg",
    "terminal: delete": "\x7f",
    # What stands elsewhere than it seems, or is not seen
    "bidi: override": "photo\u202egnp.exe",
    "bidi: isolate": "\u2066x\u2069\u2067y",
    "invisible": "\u200b\u200d\ufeff\u00ad",
    "tags": "a\U000e0041\U000e007f",
    "combining": "Z" + "\u0351\u0489" * 40,
    # Spreadsheets
    "csv: =": "=1+1",
    "csv: +": "+1+1",
    "csv: -": "-1+cmd|' /C calc'!A0",
    "csv: @": "@SUM(A1:A9)",
    "csv: tab": "\t=1+1",
    "csv: carriage return": "\r=1+1",
    "csv: wide": "＝1+1",
    "csv: separators": 'a,"b"\n=1,"',
    # Markdown
    "markdown: cell": "a | b \\| c",
    "markdown: code": "``` `x` ~~~",
    "markdown: picture": "![x](http://evil.example/x.png)",
    "markdown: link": "[x](javascript:alert(1))",
    "markdown: emphasis": "**b** _i_ ~s~ $m$",
    "markdown: heading": "# h",
    # Graphs
    "dot: closes a label": '"]; evil -> x; y ["',
    "dot: escapes": "\\N \\G \\l \\",
    "mermaid: closes a label": '"]; click n0 "javascript:alert(1)"',
    "mermaid: settings": "%%{init: {'securityLevel':'loose'}}%%",
    "mermaid: entity": "#quot;]end",
    # XML, JSON, YAML, annotations
    "xml: entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "xml: no characters": "\x01\ufffe\uffff",
    "json: prototype": '__proto__":{"x":1},"y',
    "json: half a pair": "\ud800x",
    "yaml: tag": "!!python/object/apply:os.system ['id']",
    "yaml: alias": "*a &b <<: {x: y}",
    "yaml: mapping": "a: b\n- c #d",
    "github: command": "::error file=x,line=1::forged",
    "github: escapes": "%0A::set-output name=x::y",
    # Texts that are formatted, run or looked up
    "template": "{{ 7*7 }}{% for x in y %}{# c #}",
    "format": "{0.__class__} {} %s%n %(x)s",
    "shell": "$(id) `id`; id & id",
    "option": "--help",
    # Paths
    "path: up": "../../../../etc/passwd",
    "path: absolute": "/etc/passwd",
    "path: address": "file:///etc/passwd",
    "path: Windows": "C:\\Windows\\..\\x",
    "path: end": "a\0b",
    "path: dots": "..",
    "path: home": "~/.ssh/id",
    "path: long": "x" * 4096,
    "number": "1e999999",
    "surprise": "😀 日本 İıſ",
}

IN_ARGUMENTS = {name: text for name, text in HOSTILE.items() if "\0" not in text and "\ud800" not in text}
"""Those that a process can be given as an argument."""

_ALL = os.environ.get("PQL_SOAK", "") not in ("", "0")
_STRIDE = 10


def some(texts: dict[str, str], place: str) -> dict[str, str]:
    """A tenth of the table, another one at each place, so that CI tries each string at some places; all of it
    in a long run."""
    names = list(texts)
    first = sum(place.encode()) % _STRIDE
    return texts if _ALL else {name: texts[name] for name in names[first::_STRIDE]}
