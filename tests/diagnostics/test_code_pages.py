"""Every code has a page; what its examples say is true."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lineage_index.index.index import Index
from lineage_index.index.refresh import refresh
from pql.cli.batch import answer
from pql.cli.codes import code_page, findings_of
from pql.cli.main import app
from pql.diagnostics.code import Form
from pql.diagnostics.diagnostic import PqlError
from pql.diagnostics.registry import CODES
from pql.joins import Context, read_operation

sys.path.append(str(Path(__file__).parents[1] / "joins"))

from index_samples import DAG_RUN, FAN_IN, small_index

_QUERIES = [code for code in CODES.values() if code.form is Form.QUERY]
_COMMANDS = [code for code in CODES.values() if code.form is Form.COMMAND]
_REQUESTS = [code for code in CODES.values() if code.form is Form.REQUEST]
_OPERATIONS = [code for code in CODES.values() if code.form is Form.OPERATION]
_SKETCHED = {
    *("PQL111", "PQL112", "PQL114", "PQL403", "PQL404", "PQL501", "PQL602", "PQL619", "PQL621", "PQL622"),
    *("PQL623", "PQL624", "PQL631", "PQL632", "PQL633", "PQL655", "PQL657"),
}


def _named(code):
    return code.code


@pytest.mark.parametrize("code", CODES.values(), ids=_named)
def test_every_code_has_a_wrong_example_and_a_right_one(code):
    assert code.wrong or code.code == "PQL101"
    assert code.right
    assert code.wrong != code.right
    page = code_page(code)
    assert "\n\nWrong:\n\n    " in page
    assert "\n\nRight:\n\n    " in page


def test_what_is_only_sketched_is_listed():
    assert {code.code for code in CODES.values() if code.form is Form.SKETCH} == _SKETCHED


@pytest.mark.parametrize("code", _QUERIES, ids=_named)
def test_the_wrong_query_has_it_and_the_right_one_has_nothing(code):
    assert [each.code for each in findings_of(code.wrong)] == [code.code]
    assert findings_of(code.right) == []


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    with Index.open(small_index(tmp_path_factory.mktemp("runs"))) as opened:
        yield opened


def _resolved(index, text):
    """The codes of what is found when the operation is resolved for the last run of a DAG."""
    try:
        operation = read_operation(text, "operation.yaml")
        context = Context(run=FAN_IN, dag_run=DAG_RUN)
        return [each.code for each in index.resolve(operation, context).warnings]
    except PqlError as error:
        return [error.diagnostic.code]


@pytest.mark.parametrize("code", _OPERATIONS, ids=_named)
def test_the_wrong_operation_has_it_and_the_right_one_has_not(runs, code):
    assert code.code in _resolved(runs, code.wrong)
    right = _resolved(runs, code.right)
    assert not [each for each in right if each == code.code or not CODES[each].warning]


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_every_code_has_words(code):
    page = code_page(code)
    assert page.startswith(f"# {code.code}: {code.title}\n")
    assert code.meaning.rstrip()[-1] in ".…"
    assert "{" not in page.split("Wrong:")[0].replace("{{", "").replace("${", "")


@pytest.mark.parametrize("code", _COMMANDS, ids=_named)
def test_an_example_that_is_a_command(code):
    wrong = CliRunner().invoke(app, shlex.split(code.wrong)[1:])
    right = CliRunner().invoke(app, shlex.split(code.right)[1:])
    assert (wrong.exit_code, right.exit_code) == (2, 0)
    assert code.code in wrong.stderr


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """An index of no runs."""
    store = tmp_path_factory.mktemp("store")
    target = Path(tmp_path_factory.mktemp("index")) / "index"
    refresh(store, target)
    with Index.open(target) as opened:
        yield opened


@pytest.mark.parametrize("code", _REQUESTS, ids=_named)
def test_an_example_that_is_a_request(index, code):
    assert answer(index, code.wrong.encode())["error"]["code"] == code.code
    assert answer(index, code.right.encode()) == {"id": 1, "uuids": [], "total": 0}
