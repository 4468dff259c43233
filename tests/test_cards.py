"""Cards: a prediction is stored at once and stands once answered; progress is shown, saved, restored."""

import base64
import json
import re
from datetime import UTC, datetime

import pytest
from ipywidgets.widgets.widget import _instances

from calclib.checks import start
from calclib.live import predict, predictions, progress
from calclib.live.outputs import close
from calclib.progress import Store, store

CHOICES = ["it settles", "it grows", "it jumps"]


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr("os.fsync", lambda handle: None)  # the disk is not what is tried here


def ask():
    return predict("01-secant", "What happens to the slope for h < 1?", CHOICES)


def ask_number():
    return predict("01-width", "How wide?", unit="m", tol=0.1)


def stored(key):
    return Store(store().path).data()["predictions"].get(key, {}).get("guess")


# --- predictions


def test_a_choice_is_stored_by_its_button_and_may_be_changed():
    card = ask()
    for button, choice in zip(card.controls, CHOICES, strict=True):
        button.click()
        assert card.guess == stored("01-secant") == choice
        assert button.description == f"✓ {choice}"
    assert "Saved: it jumps" in card.status.value
    assert sum("✓" in button.description for button in card.controls) == 1


def test_a_number_is_stored_as_soon_as_it_is_entered():
    card = ask_number()
    for text, value in {"1.5": 1.5, " 2 ": 2.0, "0,5": 0.5, "−3": -3.0, "1e-8": 1e-8}.items():
        card.box.value = text
        assert card.guess == stored("01-width") == value
    assert "Saved: 1e−8 m" in card.status.value


@pytest.mark.parametrize("text", ["1_000", "much", "", "nan", "inf", "1.5 m", "1_000", "<b>", "1" * 500])
def test_what_is_no_number_gets_a_sentence_and_changes_nothing(text):
    card = ask_number()
    card.answer(1.5)
    card.answer(text)
    assert card.guess == stored("01-width") == 1.5
    assert "would do" in card.status.value and "<b>" not in card.status.value


@pytest.mark.parametrize(
    "text, number",
    [("4,000", 4000), ("−12,345.5", -12345.5), ("1,234,567", 1234567), ("0,125", 0.125), ("2,5", 2.5), ("1e-3", 1e-3)],
)
def test_a_comma_is_read_as_it_was_meant(text, number):
    card = ask_number()
    card.answer(text)
    assert card.guess == number


def test_a_prediction_is_there_again_in_the_next_kernel():
    ask().answer("it grows")
    ask_number().answer("1.5")
    assert ask().guess == "it grows" and "✓ it grows" in [b.description for b in ask().controls]
    assert ask_number().guess == 1.5


def test_a_stored_prediction_that_no_longer_fits_is_passed_over():
    store().record_prediction("01-secant", "a choice of an earlier edition")
    store().record_prediction("01-width", "text")
    assert ask().guess is None and ask_number().guess is None


def test_after_the_answer_a_prediction_stands():
    card = ask()
    card.answer("it grows")
    panel = card.reveal("it settles", "The secant turns.")
    card.answer("it settles")
    assert card.guess == stored("01-secant") == "it grows"
    assert all(button.disabled for button in card.controls)
    for said in ("You thought", "it grows", "it settles", "Not what you thought", "The secant turns."):
        assert said in panel.body.value
    assert "minmax(0, 17em)" in panel.body.value, "in a narrow column the two halves shrink rather than run out of it"


@pytest.mark.parametrize("guess, agrees", [("1.35", True), ("1.6", False)])
def test_a_number_agrees_within_its_tolerance(guess, agrees):
    card = ask_number()
    card.answer(guess)
    assert ("As you thought" in card.reveal(2**0.5).body.value) is agrees


def test_without_a_prediction_what_happened_is_told_all_the_same():
    panel = ask().reveal("it settles", "Look again.")
    assert "no prediction made" in panel.body.value
    assert "it settles" in panel.body.value and "Look again." in panel.body.value
    assert stored("01-secant") is None


def test_a_prediction_made_after_run_all_appears_beside_the_answer():
    card = ask()
    panel = card.reveal("it settles")
    assert not any(button.disabled for button in card.controls)
    card.controls[0].click()
    assert "You thought, afterwards" in panel.body.value and "As you thought" in panel.body.value
    assert all(button.disabled for button in card.controls)


def test_only_a_choice_can_have_happened():
    with pytest.raises(ValueError, match="it settles"):
        ask().reveal("it explodes")
    with pytest.raises(TypeError, match="happened"):
        ask_number().reveal("wide")


@pytest.mark.parametrize(
    "arguments",
    [
        dict(key="secant", choices=CHOICES),
        dict(key="01 secant", choices=CHOICES),
        dict(key=1, choices=CHOICES),
        dict(choices=["only one"]),
        dict(choices=["same", "same"]),
        dict(choices=[1, 2]),
        dict(choices="ab"),
        dict(choices=CHOICES, tol=0.1),
        dict(),
        dict(tol=-1),
        dict(tol=float("nan")),
    ],
)
def test_a_prediction_asked_wrongly_says_what_would_do(arguments):
    with pytest.raises(ValueError, match="would do|is needed"):
        predict(**{"key": "01-secant", "question": "?"} | arguments)


# --- what is left where no kernel runs


def bundle(card):
    return card._repr_mimebundle_()


def test_each_card_carries_its_text_beside_the_widget():
    for card in (ask(), ask_number(), ask().reveal("it settles", "Because."), progress()):
        shown = bundle(card)
        assert shown["application/vnd.jupyter.widget-view+json"]["model_id"] == card.model_id
        assert len(shown["text/html"]) > 20 and "<" not in shown["text/plain"].replace("h < 1", "")


def test_the_text_of_a_prediction_is_the_same_whatever_was_guessed():
    before = bundle(ask())["text/plain"], bundle(ask().reveal("it settles"))["text/plain"]
    ask().answer("it grows")
    assert (bundle(ask())["text/plain"], bundle(ask().reveal("it settles"))["text/plain"]) == before
    assert before[0] == ("Predict. What happens to the slope for h < 1?\nit settles · it grows · it jumps")


def test_text_from_lessons_and_files_is_never_markup():
    card = predict("01-x", "<script>", ["<i>a</i>", "b"])
    panel = card.reveal("<i>a</i>", "<script>")
    card.answer("<i>a</i>")
    for page in (bundle(card)["text/html"], bundle(panel)["text/html"], panel.body.value, card.status.value):
        assert "<script>" not in page and "<i>" not in page


def test_changes_are_announced_politely():
    for page in (ask().status.value, ask().reveal("it settles").body.value, progress().status.value):
        assert 'role="status"' in page and 'aria-live="polite"' in page


# --- all that was predicted


def test_all_predictions_stand_together_in_their_order_with_what_happened(monkeypatch):
    monkeypatch.setattr("calclib.progress._now", map("2026-01-01T00:00:{:02}".format, range(60)).__next__)
    view = predictions()
    assert bundle(view)["text/plain"].startswith("No prediction is recorded yet")
    width, secant = ask_number(), ask()
    width.answer("1.35")
    secant.answer("it grows")
    assert "0 of 2 came out as you thought" in view.table.value
    width.reveal(2**0.5)
    secant.reveal("it settles")
    assert bundle(view)["text/plain"].splitlines() == [
        "Your predictions: 1 of 2 came out as you thought (✓ as you thought, ✗ otherwise)",
        "Lesson | Asked | You thought | What happened",
        "01 | How wide? | 1.35 m | ✓\N{NO-BREAK SPACE}1.41421 m",
        "01 | What happens to the slope for h < 1? | it grows | ✗\N{NO-BREAK SPACE}it settles",
    ]
    assert "✓\N{NO-BREAK SPACE}1.41421 m" in view.table.value


def test_a_prediction_made_after_its_answer_is_set_beside_it_too():
    card = ask()
    card.reveal("it settles")
    card.answer("it settles")
    assert "0 of 0 came out" in predictions().table.value
    assert "it settles (afterwards)" in predictions().table.value


def test_changed_in_a_new_card_it_is_one_made_afterwards_and_left_alone_it_is_not():
    card = ask()
    card.answer("it grows")
    card.reveal("it settles")
    for guess, late in (("it grows", None), ("it settles", True), ("it settles", True)):
        again = ask()
        again.answer(guess)
        again.reveal("it settles")
        assert store().data()["predictions"]["01-secant"].get("late") is late


def test_a_prediction_of_an_earlier_edition_is_shown_as_it_was_kept():
    store().record_prediction("02-steepest", "<b>uphill</b>")
    view = predictions()
    assert "02 | steepest | <b>uphill</b> | (not looked at yet)" in bundle(view)["text/plain"]
    assert "<b>" not in view.table.value


def test_looking_at_the_answer_again_leaves_the_file_alone():
    card = ask()
    card.answer("it grows")
    card.reveal("it settles")
    before = store().path.read_bytes()
    ask().reveal("it settles")
    assert store().path.read_bytes() == before


# --- progress


def link(view) -> dict:
    code = re.search(r'download="[\w.-]+" href="data:application/json;base64,([^"]+)"', view.link.value)[1]
    return json.loads(base64.b64decode(code))


def test_the_course_is_shown_at_a_glance_and_stays_up_to_date():
    view = progress()
    assert "0 of 1" in view.table.value and "0 of 9" in view.table.value
    start.average(lambda a, b: (a + b) / 2)
    ask().answer("it grows")
    assert "1 of 1" in view.table.value and "✓\N{NO-BREAK SPACE}average" in view.table.value
    assert ">1</td>" in view.table.value
    assert link(view) == store().data()
    assert "00 Start here | 1 of 1 | ✓\N{NO-BREAK SPACE}average | 0" in bundle(view)["text/plain"]


def test_a_closed_card_follows_no_longer_and_leaves_no_widget():
    widgets, watchers = len(_instances), len(store().watchers)
    card = progress()
    assert (len(store().watchers), len(_instances) > widgets + 4) == (watchers + 1, True)
    close(card)
    close(card)
    assert (len(store().watchers), len(_instances)) == (watchers, widgets)


def test_time_stamps_stay_out_of_what_is_shown():
    start.average(lambda a, b: a)
    assert not re.search(r"20\d\d-", bundle(progress())["text/html"])


def test_what_was_downloaded_can_be_restored(tmp_path):
    start.average(lambda a, b: (a + b) / 2)
    copy = json.dumps(link(progress())).encode()
    store().path.unlink()
    view = progress()
    assert "0 of 1" in view.table.value
    view.restore(copy)
    assert "1 of 1" in view.table.value and "Restored" in view.status.value


@pytest.mark.parametrize("content", [b"", b"{}", b"\x89PNG", b"[" * 100_000, b"null", b'{"format": "<b>"}'])
def test_a_wrong_file_gets_a_sentence_and_changes_nothing(content):
    start.average(lambda a, b: (a + b) / 2)
    before = store().path.read_bytes()
    view = progress()
    view.restore(content)
    assert "Not restored" in view.status.value and "Nothing was changed" in view.status.value
    assert store().path.read_bytes() == before


def test_an_uploaded_file_is_taken_and_the_button_is_free_again():
    start.average(lambda a, b: (a + b) / 2)
    content = store().path.read_bytes()
    store().path.unlink()
    view = progress()
    file = {"name": "p.json", "type": "", "size": len(content), "content": memoryview(content)}
    view.upload.set_trait("value", ({**file, "last_modified": datetime.now(UTC)},))
    assert "1 of 1" in view.table.value and view.upload.value == ()


def test_what_the_store_has_to_say_is_told_by_the_card(tmp_path):
    (tmp_path / "progress.json").write_text("damaged")
    assert "progress.unreadable-1.json" in progress().status.value


def test_restoring_where_nothing_can_be_written_says_so(tmp_path, monkeypatch):
    start.average(lambda a, b: (a + b) / 2)
    copy = store().path.read_bytes()
    monkeypatch.setenv("CALCLIB_PROGRESS", str(tmp_path / "no folder" / "progress.json"))
    view = progress()
    view.restore(copy)
    assert "1 of 1" in view.table.value and "in memory only" in view.status.value
