"""Every code has a page; what its examples say is true."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lineage_index.index.index import Index
from lineage_index.index.refresh import refresh
from pql.cli.batch import answer
from pql.cli.codes import code_page, findings_of
from pql.cli.main import app
from pql.diagnostics.examples import EXAMPLES
from pql.diagnostics.registry import CODES

_BY_QUERY = [code for code in CODES.values() if code.wrong or code.code == "PQL101"]
_COMMANDS = [code for code, each in EXAMPLES.items() if each.wrong.startswith("pql explain")]
_REQUESTS = [code for code, each in EXAMPLES.items() if each.right.startswith("{")]


@pytest.mark.parametrize("code", _BY_QUERY, ids=lambda code: code.code)
def test_the_wrong_query_has_it_and_the_right_one_has_nothing(code):
    assert [each.code for each in findings_of(code.wrong)] == [code.code]
    assert findings_of(code.right) == []


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_every_code_has_words(code):
    page = code_page(code)
    assert page.startswith(f"# {code.code}: {code.title}\n")
    assert code.meaning.rstrip()[-1] in ".…"
    assert "{" not in page.split("Wrong:")[0].replace("{{", "").replace("${", "")


def test_every_code_of_a_query_has_an_example():
    without = [code.code for code in CODES.values() if code not in _BY_QUERY and code.code not in EXAMPLES]
    assert [code for code in without if code < "PQL600" and code != "PQL114"] == []


@pytest.mark.parametrize("code", _COMMANDS)
def test_an_example_that_is_a_command(code):
    wrong = CliRunner().invoke(app, shlex.split(EXAMPLES[code].wrong)[1:])
    right = CliRunner().invoke(app, shlex.split(EXAMPLES[code].right)[1:])
    assert (wrong.exit_code, right.exit_code) == (2, 0)
    assert code in wrong.stderr


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """An index of no runs."""
    store = tmp_path_factory.mktemp("store")
    target = Path(tmp_path_factory.mktemp("index")) / "index"
    refresh(store, target)
    with Index.open(target) as opened:
        yield opened


@pytest.mark.parametrize("code", _REQUESTS)
def test_an_example_that_is_a_request(index, code):
    assert answer(index, EXAMPLES[code].wrong.encode())["error"]["code"] == code
    assert answer(index, EXAMPLES[code].right.encode()) == {"id": 1, "uuids": [], "total": 0}
