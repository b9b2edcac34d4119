"""`redress workflow check --format` and `redress workflow explain`, called as people call them."""

import json
from pathlib import Path

import pytest

from claims.explained import CLAIMS_RULES
from tests.config.test_workflow_command import FOLDER, run
from workflows.example import ITEM
from workflows.rules import RULES


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is also the present one, with a mistaken workflow in it."""
    monkeypatch.chdir(tmp_path)
    text = (FOLDER / "reclamation.yaml").read_text()
    (tmp_path / "my flow.yaml").write_text(text.replace("to: in-progress,", "to: in-progess,"))
    return tmp_path


def test_json_lists_every_finding(here: Path) -> None:
    result = run("check", "my flow.yaml", "--format", "json")

    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)
    line = finding.pop("line")
    assert (here / "my flow.yaml").read_text().split("\n")[line - 1][50:].startswith("in-progess")
    assert finding == {
        "rule": "unknown-state",
        "file": "my flow.yaml",
        "column": 51,
        "sentence": "There is no state in-progess.",
        "suggestion": "Did you mean in-progress?",
    }


def test_json_of_sound_files_is_an_empty_list() -> None:
    result = run("check", "--format", "json")

    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_sarif_has_what_code_hosts_ask_for(here: Path) -> None:
    result = run("check", here / "my flow.yaml", "--format", "sarif")

    assert result.exit_code == 1
    log = json.loads(result.stdout)
    assert (log["version"], log["$schema"].endswith("sarif-2.1.0.json")) == ("2.1.0", True)
    (scan,) = log["runs"]
    (rule,) = scan["tool"]["driver"]["rules"]
    assert scan["tool"]["driver"]["name"] == "redress"
    assert rule["shortDescription"] == {"text": RULES["unknown-state"].about}
    (found,) = scan["results"]
    assert (found["ruleId"], found["ruleIndex"]) == (rule["id"], 0)
    assert found["message"]["text"].endswith("in-progess. Did you mean in-progress?")
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "my%20flow.yaml"}
    assert place["region"]["startColumn"] == 51


def test_every_finding_of_sarif_has_the_required_fields_of_2_1_0(tmp_path: Path) -> None:
    names = [rule.name for rule in RULES.values()][::7]
    (tmp_path / "parts").mkdir()
    for name in names:
        bad = ITEM.replace(RULES[name].good, RULES[name].bad)
        (tmp_path / f"{name}.yaml").write_bytes(bad.encode(errors="surrogateescape"))

    log = json.loads(run("check", tmp_path, "--format", "sarif").stdout)

    assert set(log) == {"$schema", "version", "runs"}
    (scan,) = log["runs"]
    rules = scan["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) > 3
    assert scan["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for found in scan["results"]:
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]
        assert found["level"] in {"none", "note", "warning", "error"}
        assert found["message"]["text"].strip()
        (location,) = found["locations"]
        region = location["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region["startColumn"] >= 1
        assert "://" in (uri := location["physicalLocation"]["artifactLocation"]["uri"]) or (
            not uri.startswith("/") and " " not in uri
        )


def test_sarif_of_sound_files_is_a_run_without_results() -> None:
    result = run("check", "--format", "sarif")

    assert (result.exit_code, json.loads(result.stdout)["runs"][0]["results"]) == (0, [])


@pytest.mark.parametrize("kind", ["json", "sarif"])
def test_a_file_that_cannot_be_read_leaves_the_report_empty(kind: str, tmp_path: Path) -> None:
    result = run("check", tmp_path / "nowhere.yaml", "--format", kind)

    assert (result.exit_code, result.stdout) == (2, "")


def test_findings_stand_in_the_order_of_the_file_each_with_its_caret(tmp_path: Path) -> None:
    text = ITEM.replace("tone: owed", "tone: purple").replace("to: asked", "to: askd")
    (tmp_path / "item.yaml").write_text(text)

    said = run("check", tmp_path / "item.yaml").output.splitlines()

    carets = [number for number, line in enumerate(said) if line.strip() == "^"]
    pointed = [said[number - 1][said[number].index("^") :] for number in carets]
    assert [words.split()[0] for words in pointed] == ["purple", "askd"]
    assert said[-1] == "2 problems."


def test_explain_shows_bad_and_good() -> None:
    result = run("explain", "unknown-state")

    assert result.exit_code == 0
    assert result.output.startswith("unknown-state: A line names states of this file.\n\nBad:\n")
    assert "to: refundign" in result.output.partition("Good:")[0]
    assert "to: refunding" in result.output.partition("Good:")[2]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_explained_on_one_page(rule: str) -> None:
    result = run("explain", rule)

    assert result.exit_code == 0
    assert len(result.output.splitlines()) < 25


def test_explain_without_a_rule_lists_them_all() -> None:
    lines = run("explain").output.splitlines()

    assert [line.split()[0] for line in lines] == list({**CLAIMS_RULES, **RULES})


def test_a_rule_that_does_not_exist_is_a_sentence() -> None:
    result = run("explain", "unknown-stat")

    assert result.exit_code == 1
    assert "There is no rule unknown-stat. Did you mean unknown-state?" in result.output
