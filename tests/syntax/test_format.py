"""The canonical text of queries and sorts."""

from __future__ import annotations

import pytest

from pql.syntax.format import format_query, format_sort
from pql.syntax.parser import parse_query, parse_sort

CASES = [
    ("status:running", "status:running"),
    ("  status :  running  ", "status:running"),
    ("a:1 AND b:2 and c:3", "a:1, b:2, c:3"),
    ("a:1,b:2", "a:1, b:2"),
    ("a:1 | b:2", "a:1 OR b:2"),
    ("a:1, b:2 or c:3", "a:1 AND b:2 OR c:3"),
    ("(a:1, b:2) OR c:3", "a:1 AND b:2 OR c:3"),
    ("a:1, (b:2 OR c:3)", "a:1, (b:2 OR c:3)"),
    ("(((a:1)))", "a:1"),
    ("(a:1, (b:2, c:3))", "a:1, b:2, c:3"),
    ("~(a:1)", "NOT a:1"),
    ("~(a:1, b:2)", "NOT (a:1, b:2)"),
    ("not (a:1 or b:2), c:3", "NOT (a:1 OR b:2), c:3"),
    ("NOT NOT a:1", "NOT NOT a:1"),
    ("a:x | (b:1, c:2 | d:3)", "a:x OR b:1 AND c:2 OR d:3"),
    ("artifacts ( kind:model ,name:best )", "artifacts(kind:model, name:best)"),
    ("upstream*(status:failed or status:stopped)", "upstream*(status:failed OR status:stopped)"),
    ("status:a | b", "status:a|b"),
    ("status:|a||b|", "status:a|b"),
    ("status: ~ a|b", "status:~a|b"),
    ("m:=<5", "m:<=5"),
    ("m:=>5", "m:>=5"),
    ("m:< =5", "m:< =5"),
    ("m:~< 5", "m:~<5"),
    ("m:0.1 .. 0.4", "m:0.1..0.4"),
    ("m:5. .. 6", "m:5. ..6"),
    ("m: ..4", "m:..4"),
    ("name:%", "name:%%"),
    ("name:% a b %", "name:%a b%"),
    ("name:'a, \"b\"'", 'name:"a, \\"b\\""'),
    ("name:O'Brien", "name:O'Brien"),
    ('name:"x"|y', 'name:"x"|y'),
    ("name:/a\\/b,c/I", "name:/a\\/b,c/i"),
    ("name:nil", "name:nil"),
    ("name:_any_", "name:_any_"),
    ('metrics."my loss".x:1', 'metrics."my loss".x:1'),
    ("MIN( metrics.loss ):<1", "min(metrics.loss):<1"),
    ("at(metrics.loss ,100):<1", "at(metrics.loss, 100):<1"),
    ("name:two  words", "name:two  words"),
]


@pytest.mark.parametrize(("text", "canonical"), CASES)
def test_query(text: str, canonical: str) -> None:
    assert format_query(parse_query(text)) == canonical
    assert parse_query(canonical) == parse_query(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("name", "name"),
        (" - metrics.loss,name", "-metrics.loss, name"),
        ('-metrics."my loss" , Min(metrics.a)', '-metrics."my loss", min(metrics.a)'),
    ],
)
def test_sort(text: str, canonical: str) -> None:
    assert format_sort(parse_sort(text)) == canonical
