"""What the loader refuses, and what it reads as a person would."""

from workflows.definition import Place
from workflows.problems import Findings
from workflows.source import DEEPEST, LARGEST, Mapping, Scalar, decode, place_within, read_source


def rules(text: str) -> list[tuple[str, int, int]]:
    findings = Findings("a.yaml")
    read_source(text, findings)
    return [(problem.rule, problem.line, problem.column) for problem in findings.in_order()]


def values(text: str) -> dict[str, str]:
    findings = Findings("a.yaml")
    root = read_source(text, findings)
    assert findings.in_order() == []
    assert isinstance(root, Mapping)
    return {
        key: value.text for key, (_, value) in root.entries.items() if isinstance(value, Scalar)
    }


def test_words_that_yaml_reads_as_something_else_stay_what_they_are() -> None:
    text = "on: off\nno: yes\nnumber: 010\ntime: 12:30:00\ndate: 2026-03-31\n"

    assert values(text) == {
        "on": "off",
        "no": "yes",
        "number": "010",
        "time": "12:30:00",
        "date": "2026-03-31",
    }


def test_a_key_that_stands_there_twice_is_refused_at_the_second_place() -> None:
    assert rules("a: 1\nb: 2\n  # remark\na: 3\n") == [("duplicate-key", 4, 1)]


def test_a_key_that_stands_there_twice_within_braces_is_refused() -> None:
    assert rules("a: { x: 1, y: 2, x: 3 }\n") == [("duplicate-key", 1, 18)]


def test_tags_are_refused() -> None:
    assert rules("a: !!python/object/apply:os.system [true]\n") == [("tag", 1, 4)]
    assert rules("a: !!str 1\n") == [("tag", 1, 4)]
    assert rules("%TAG ! tag:example.org,2000:\n---\na: 1\n") == [("tag", 1, 1)]


def test_half_a_character_is_no_text() -> None:
    assert rules('a: "\\ud800"\n') == [("encoding", 1, 4)]


def test_anchors_and_aliases_are_refused() -> None:
    assert rules("a: &here 1\nb: *here\n") == [("anchor", 1, 4), ("alias", 2, 4)]


def test_a_billion_laughs_is_refused_at_once() -> None:
    laughs = "a: &a [x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
    )

    assert {rule for rule, _, _ in rules(laughs)} == {"anchor", "alias"}


def test_numbers_that_are_none_are_refused() -> None:
    assert rules("a: .nan\nb: -.inf\nc: .INF\n") == [
        ("not-a-number", 1, 4),
        ("not-a-number", 2, 4),
        ("not-a-number", 3, 4),
    ]
    assert values('a: ".nan"\n') == {"a": ".nan"}


def test_more_than_32_levels_are_refused_and_as_many_are_read() -> None:
    assert rules("[" * DEEPEST + "]" * DEEPEST) == []
    assert rules("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)) == [("too-deep", 1, DEEPEST + 1)]


def test_a_hundred_thousand_levels_are_a_problem_and_no_crash() -> None:
    assert rules("[" * 100_000) == [("too-deep", 1, DEEPEST + 1)]


def test_more_than_256_kib_are_refused() -> None:
    assert rules("a: " + "x" * LARGEST) == [("too-big", 1, 1)]


def test_a_second_document_is_refused() -> None:
    assert rules("a: 1\n---\nb: 2\n") == [("second-document", 2, 1)]


def test_an_empty_file_is_refused() -> None:
    assert rules("# nothing here\n") == [("empty", 1, 1)]


def test_bytes_that_are_not_utf_8_are_refused_at_their_place() -> None:
    findings = Findings("a.yaml")

    assert decode(b"a: 1\nlabel: Gr\xfc\xdfe\n", findings) is None

    (problem,) = findings.in_order()
    assert (problem.rule, problem.line, problem.column) == ("encoding", 2, 10)


def test_a_byte_order_mark_is_taken_off() -> None:
    assert decode(b"\xef\xbb\xbfa: 1", Findings("a.yaml")) == "a: 1"


def test_half_a_character_is_refused() -> None:
    assert rules("a: \ud800\n") == [("encoding", 1, 4)]


def test_line_breaks_that_nobody_sees_are_refused() -> None:
    assert rules("a: 1\u2028b: 2\n") == [("yaml", 1, 5)]


def test_control_characters_are_refused_at_their_place() -> None:
    assert rules("a: 1\nb: \x07\n") == [("yaml", 2, 4)]


def test_a_tab_as_indentation_is_a_sentence() -> None:
    findings = Findings("a.yaml")
    read_source("a:\n\tb: 1\n", findings)

    (problem,) = findings.in_order()
    assert str(problem) == "a.yaml:2:1 yaml A tab may not indent YAML. Indent with spaces."


def test_a_bracket_in_an_unquoted_condition_suggests_quotes() -> None:
    findings = Findings("a.yaml")
    read_source("a: { when: item.reason in ['x'], to: b }\n", findings)

    (problem,) = findings.in_order()
    assert (problem.rule, problem.line, problem.column) == ("yaml", 1, 27)
    assert "between quotes" in (problem.suggestion or "")


def test_a_list_as_a_key_is_refused() -> None:
    assert rules("? [a, b]\n: 1\n") == [("yaml", 1, 3)]


def place_of(word: str, text: str) -> Place:
    root = read_source(text, Findings("a.yaml"))
    assert isinstance(root, Mapping)
    scalar = root.entries["a"][1]
    assert isinstance(scalar, Scalar)
    return place_within(text, scalar, scalar.text.index(word))


def test_a_place_within_a_text_is_found_through_quotes_folds_and_blocks() -> None:
    assert place_of("here", "a: x && here\n") == Place(1, 9)
    assert place_of("here", 'a: "x && here"\n') == Place(1, 10)
    assert place_of("here", "a: 'it''s && here'\n") == Place(1, 14)
    assert place_of("here", "a: x &&\n   here\n") == Place(2, 4)
    assert place_of("here", "a: >\n  x &&\n  here\n") == Place(3, 3)
    assert place_of("here", "a: |\n  x &&\n    here\n") == Place(3, 5)


def test_nothing_behind_a_lone_mark_is_found_within_the_file() -> None:
    findings = Findings("shop.yaml")

    root = read_source("---", findings)

    assert root is not None
    assert root.place.line == 1
