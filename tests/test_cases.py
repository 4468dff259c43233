"""A mistake is named where it explains every answer, and what comes too late does not hide what came first."""

import pytest

from calclib.checks.cases import judged
from calclib.checks.compare import NotYet


def case(got, wanted, **mistakes):
    return got, wanted, "f(x)", {f"{word}.": value for word, value in mistakes.items()}


def said(*cases, **options):
    with pytest.raises(NotYet) as told:
        judged(cases, **options)
    return str(told.value)


def test_right_answers_pass():
    judged([case(1.0, 1.0, half=0.5), case([2, 3], [2.0, 3.0])])
    judged([])


def test_of_two_mistakes_the_one_that_explains_all_is_named():
    assert said(case(4.0, 2.0, double=4.0, square=4.0), case(9.0, 3.0, double=6.0, square=9.0)).endswith("square.")


def test_none_is_named_if_none_explains_all():
    assert said(case(4.0, 2.0, double=4.0), case(5.0, 3.0, double=6.0)) == "f(x) should be 2, and 4 came."


def test_a_mistake_may_be_silent_at_some_inputs_and_right_at_others():
    assert said(case(4.0, 4.0, double=4.0), case(1.0, 1.0), case(6.0, 3.0, double=6.0)).endswith("double.")


def test_a_case_that_raises_comes_after_the_ones_before_it():
    def cases(first):
        yield case(first, 1.0)
        raise ZeroDivisionError

    with pytest.raises(NotYet, match="should be 1, and 2 came"):
        judged(cases(2.0))
    with pytest.raises(ZeroDivisionError):
        judged(cases(1.0))


def test_options_go_to_the_comparison():
    judged([case(1.01, 1.0)], tol=0.1)
    assert said(case(1.01, 1.0), tol=1e-3)
    asked = []
    judged([case(1.0, 2.0)], lambda got, wanted, at, mistakes: asked.append((got, wanted, at, mistakes)))
    assert asked == [(1.0, 2.0, "f(x)", {})]
