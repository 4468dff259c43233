"""One exercise at several inputs: two mistakes that agree at the first of them part at the next."""

from collections.abc import Iterable

from calclib.checks.compare import agree, expect

__all__ = ["judged"]


def judged(cases: Iterable, compare=expect, **options) -> None:
    """`compare` each (got, wanted, at, mistakes) in turn; a mistake is named only if it explains all that came.

    It need not be among the mistakes of every case. What a case raises is raised after the ones before it are judged.
    """
    seen, trouble = [], None
    try:
        for case in cases:
            seen.append(case)
    except Exception as error:
        trouble = error
    for got, wanted, at, mistakes in seen:
        compare(got, wanted, at, mistakes=_explaining(mistakes, seen), **options)
    if trouble:
        raise trouble


def _explaining(mistakes, seen) -> dict:
    """Those mistakes whose values are what came, in every case that has them."""
    known = [(got, wrong) for got, _, _, wrong in seen]
    return {
        sentence: value
        for sentence, value in mistakes.items()
        if all(agree(got, wrong[sentence]) for got, wrong in known if sentence in wrong)
    }
