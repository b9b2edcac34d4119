"""A workflow of one's own begins as a copy of one that is sound."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from claims.catalogue import CATALOGUE
from config.cli.workflow import workflow
from config.cli.workflow_new import EXAMPLES
from workflows.reading import read_files, read_folder


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "workflows"
    folder.mkdir()
    monkeypatch.setenv("WORKFLOWS_DIR", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def new(*arguments: str) -> Result:
    return CliRunner().invoke(workflow, ["new", *arguments])


def test_it_is_sound_and_has_its_own_name(shop: Path) -> None:
    result = new("my-return", "--label", "Our way: back")

    assert result.exit_code == 0, result.output
    assert "Written: workflows/my-return.yaml" in result.output
    definition = read_folder(shop, CATALOGUE)["my-return"]
    assert definition.label == "Our way: back"


def test_the_remarks_of_the_example_are_kept(shop: Path) -> None:
    new("my-return")

    text = (shop / "my-return.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../workflow.schema.json\n")
    assert "# what is done outside, by a worker, exactly once" in text


def test_nothing_is_overwritten(shop: Path) -> None:
    (shop / "my-return.yaml").write_text("mine")

    result = new("my-return")

    assert result.exit_code == 1
    assert "is there already; take another name, or edit it." in result.output
    assert (shop / "my-return.yaml").read_text() == "mine"


def test_a_name_that_is_none_is_told(shop: Path) -> None:
    result = new("../My Return")

    assert result.exit_code == 1
    assert "../My Return cannot be a name" in result.output
    assert list(shop.iterdir()) == []


def test_an_unknown_example_is_told_with_a_near_one(shop: Path) -> None:
    result = new("my-return", "--from", "item-frist")

    assert "There is no example item-frist. Did you mean item-first?" in result.output


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_can_be_begun_with(example: Path, shop: Path) -> None:
    result = new("one-of-ours", "--from", example.stem)

    assert result.exit_code == 0, result.output
    assert set(read_files(sorted(shop.glob("*.yaml")), CATALOGUE)) == {"one-of-ours"}
