"""What every result can do: rows, a table for the terminal, a table for a notebook."""

from collections.abc import Sequence

import attrs
import pytest

from salesperf.model.result import Result, Row, text_table


@attrs.frozen
class Answer(Result):
    """A result with given rows."""

    content: Sequence[Row]

    def rows(self) -> list[Row]:
        return list(self.content)


TWO: list[Row] = [{"owner": "华东", "ratio": 0.9712341, "note": None}, {"owner": "west", "ratio": 1, "note": "<b>"}]


def test_a_result_prints_as_the_table_of_its_rows() -> None:
    assert str(Answer(TWO)) == text_table(TWO)
    assert str(Answer(TWO)).splitlines() == [
        "owner     ratio  note",
        "华东   0.971234",
        "west          1  <b>",
    ]


def test_a_single_row_is_printed_downward() -> None:
    assert str(Answer(TWO[:1])).splitlines() == ["owner  华东", "ratio  0.971234", "note"]


def test_nothing_is_printed_as_no_rows() -> None:
    assert str(Answer([])) == "(no rows)"


def test_a_notebook_shows_a_table_in_which_text_is_only_text() -> None:
    assert Answer(TWO)._repr_html_() == (
        "<table><thead><tr><th>owner</th><th>ratio</th><th>note</th></tr></thead><tbody>"
        "<tr><td>华东</td><td>0.971234</td><td></td></tr>"
        "<tr><td>west</td><td>1</td><td>&lt;b&gt;</td></tr></tbody></table>"
    )
    assert Answer([])._repr_html_() == "<table><thead><tr></tr></thead><tbody></tbody></table>"


def test_a_result_without_rows_cannot_be() -> None:
    with pytest.raises(TypeError):
        Result()  # type: ignore[abstract] # that is the fault
