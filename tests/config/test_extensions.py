"""Only modules that the operator names are imported; what is wrong with them is a sentence."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session, sessionmaker

from claims.catalogue import CATALOGUE
from claims.extensions import NO_EXTENSIONS
from claims.rehearsal import Given, ItemGiven, Rehearsal
from config.bootstrap import read_rules
from config.cli import main
from config.extensions import load_extensions
from config.health import look_at_definitions, look_at_pinned_versions
from config.settings import PROJECT, Settings, SettingsProblem, settings_from
from tests.claims.rehearsal.people import AGENT
from tests.conftest import NOWHERE
from tests.support.cases import claim_first
from tests.support.shop import an_order
from tests.support.small_shop import SmallShop, small_shop
from workflows.conditions import compile_condition

NOT_THERE = (
    "EXTENSIONS names {}, which is not installed here; install it beside Redress, or take it "
    "out of EXTENSIONS."
)
BULKY = PROJECT / "docs" / "examples" / "acme_claims" / "workflows" / "item-bulky.yaml"


@pytest.fixture
def shop(tmp_path: Path) -> SmallShop:
    """A shop in which a mere mark is an item of bulky goods, as Acme wrote them."""
    return bulky_shop(tmp_path, settings_from(NOWHERE))


def bulky_shop(folder: Path, settings: Settings) -> SmallShop:
    with_acme = settings.model_copy(update={"extensions": "acme_claims"})
    made = small_shop(folder, with_acme)
    (made.workflows / BULKY.name).write_text(BULKY.read_text())
    made.change("claims.yaml", "workflow: item-mark-only", "workflow: item-bulky")
    return made


def refused(modules: str) -> list[str]:
    with pytest.raises(SettingsProblem) as problem:
        load_extensions(modules)
    return problem.value.sentences


def test_without_extensions_redress_is_as_it_comes() -> None:
    assert load_extensions("") is NO_EXTENSIONS
    assert NO_EXTENSIONS.catalogue == CATALOGUE


def test_what_an_extension_adds_can_be_named_in_workflows(shop: SmallShop) -> None:
    rules = read_rules(shop.settings)

    assert rules.definitions["item-bulky"].effects["book-van"].run == "acme.book-pickup"
    assert "acme.grams" in rules.catalogue.facts["item"]
    assert rules.extensions.effects.keys() == {"acme.book-pickup"}


def test_without_its_extension_such_a_file_is_refused(shop: SmallShop) -> None:
    result = check(shop, "")

    assert result.exit_code == 1
    assert "There is no command acme.note-weight." in result.output
    assert "There is no condition acme.is-heavy." in result.output
    assert "There is no effect acme.book-pickup." in result.output


def test_a_rehearsal_goes_by_what_an_extension_adds(shop: SmallShop) -> None:
    given = Given(items=(ItemGiven(resolution="none"),))
    rehearsal = Rehearsal(read_rules(shop.settings), given)

    rehearsal.fire(1, "weigh", AGENT, {"grams": "45000"})
    assert rehearsal.facts(1)["acme.grams"] == 45_000
    fields = {name: fact.type for name, fact in rehearsal.rules.catalogue.item_fields.items()}
    heavy = compile_condition("items.any(acme.grams > 20000)", {}, fields)
    assert heavy.evaluate(rehearsal.facts(0)) is True
    rehearsal.fire(1, "fetch", AGENT)
    assert rehearsal.state(1) == "booking"
    rehearsal.answer("book-van", "done")

    assert rehearsal.state(1) == "on-its-way"


def check(shop: SmallShop, extensions: str, *arguments: str) -> Result:
    environment = {
        "EXTENSIONS": extensions,
        "WORKFLOWS_DIR": str(shop.workflows),
        "CLAIMS_FILE": str(shop.claims),
    }
    return CliRunner().invoke(main, ["workflow", "check", *arguments], env=environment)


def test_check_knows_the_extensions_of_the_environment(shop: SmallShop) -> None:
    result = check(shop, "acme_claims")

    assert (result.exit_code, result.output) == (0, "4 workflows: sound.\n")


def test_check_says_what_is_wrong_with_an_extension(shop: SmallShop) -> None:
    result = check(shop, "acme_claim")

    assert result.exit_code == 1
    assert result.output == f"Error: {NOT_THERE.format('acme_claim')}\n"


def test_the_schema_completes_what_extensions_add() -> None:
    result = CliRunner().invoke(main, ["workflow", "schema"], env={"EXTENSIONS": "acme_claims"})

    assert json.loads(result.output)
    assert "acme.book-pickup" in result.output
    assert "acme.grams (integer): the weight that was noted" in result.output


def test_the_doctor_says_what_is_wrong_with_an_extension(shop: SmallShop) -> None:
    [well] = look_at_definitions(shop.settings)
    [wrong] = look_at_definitions(shop.settings.model_copy(update={"extensions": "acme_claim"}))

    assert well.is_well
    assert not wrong.is_well
    assert wrong.sentence.startswith("EXTENSIONS names acme_claim, which is not installed here;")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("no_table", "", "The extension no_table has no table; it must define EXTENSION."),
        (
            "a_dict",
            "EXTENSION = {'name': 'acme'}",
            "EXTENSION of the extension a_dict is a dict; it must be a claims.extending.Extension.",
        ),
        (
            "breaks",
            "1 / 0",
            "The extension breaks cannot be imported: ZeroDivisionError: division by zero",
        ),
        (
            "lacks",
            "import something_else_entirely",
            "The extension lacks needs something_else_entirely, which is not here.",
        ),
        (
            "misnamed",
            "from claims.extending import Extension\nEXTENSION = Extension(name='A B')",
            "An extension is called 'A B'; use small letters and digits only.",
        ),
    ],
)
def test_a_module_that_will_not_do_is_a_sentence(
    name: str, text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    assert refused(name) == [sentence]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert refused("acme_claims, acme_claims, ../evil, not_there") == [
        "EXTENSIONS names acme_claims twice.",
        "EXTENSIONS names '../evil', which is no module; write acme_claims.",
        NOT_THERE.format("not_there"),
    ]


def test_the_doctor_names_versions_whose_extension_was_taken_away(
    tmp_path: Path, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    shop = bulky_shop(tmp_path, settings)
    rules = read_rules(shop.settings)
    with sessions.begin() as session:
        claim_first(session, rules, an_order(session), resolution="none")
    assert list(look_at_pinned_versions(shop.settings)) == []

    shop.change("claims.yaml", "workflow: item-bulky", "workflow: item-mark-only")
    (shop.workflows / BULKY.name).unlink()
    without = shop.settings.model_copy(update={"extensions": ""})
    [finding] = look_at_pinned_versions(without)

    version = rules.versions["item-bulky"][:8]
    assert not finding.is_well
    assert finding.sentence.startswith(f"1 open case ends by version {version} of item-bulky, ")
    assert "There is no command acme.note-weight." in finding.sentence
