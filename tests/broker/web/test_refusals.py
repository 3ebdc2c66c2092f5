"""What a page in Chinese says of a refusal is Chinese: each sentence of the code has its row."""

import ast
from pathlib import Path

import pytest

from bookcase_fw import wire
from broker.web import refusals

BROKER = Path(refusals.__file__).parent.parent
KINDS = ("AccountError", "PaymentError", "MoneyError", "RoundRefused")
RENEWED = ("blocked", "on_loan", "not_on_loan", "renewals", "held", "overdue", "owes", "suspended")


def said() -> list[str]:
    """Return each sentence that the code raises, with {} for what differs."""
    return [
        _form(node.exc.args[0])
        for path in (*BROKER.glob("accounts/*.py"), *BROKER.glob("restock/*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id in KINDS
        and isinstance(node.exc.args[0], (ast.Constant, ast.JoinedStr))
    ]


def _form(sentence: ast.expr) -> str:
    if isinstance(sentence, ast.Constant):
        return str(sentence.value)
    assert isinstance(sentence, ast.JoinedStr)
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in sentence.values
    )


def test_every_refusal_of_the_code_has_chinese_words() -> None:
    table = {english for english, _chinese in refusals.SENTENCES}

    assert len(said()) > 30
    assert set(said()) - table == set()


def test_what_differs_stands_in_both() -> None:
    wrong = [row for row in refusals.SENTENCES if row[0].count("{}") != row[1].count("{}")]

    assert wrong == []


@pytest.mark.parametrize(
    ("sentence", "zh"),
    [
        ("only 500 fen are owed", "只欠 500 分"),
        ("the card SG00000002 is or was in use", "SG00000002 这张证已经有人用过"),
        ("there is no such reader, or no text to agree to",
         "没有这位读者，或还没公布同意书"),
        ("300 fen can be given back, not 900", "只能退 300 分，不能退 900 分"),
        ("something new", "something new"),
    ],
)  # fmt: skip
def test_a_sentence_is_said_in_the_pages_language(sentence: str, zh: str) -> None:
    assert refusals.say(sentence, "zh") == zh
    assert refusals.say(sentence, "en") == sentence


@pytest.mark.parametrize("word", RENEWED)
def test_why_a_loan_is_not_renewed_is_said_in_chinese(word: str) -> None:
    meaning = dict(wire.REASONS)[word]

    assert refusals.say(meaning, "zh") != meaning
