"""The clinic: each patient is sick as it is said, `diagnose` finds it on any seed, and the healthy are not."""

import numpy as np
import pytest

from calclib import clinic, gradients
from calclib.checks.debugging import ILL
from calclib.clinic import CAUSES, HEALTHY, LABELS, PATIENTS, course, diagnose, examine, final_loss, rms
from calclib.story import Reader, story_run

SEEDS = range(20)
WELL = [HEALTHY, HEALTHY.but(activation="tanh", init="xavier")]


def causes(patient, seeds=SEEDS):
    return [diagnose(examine(patient, seed)).verdict for seed in seeds]


@pytest.mark.parametrize("number", range(1, 8))
def test_every_patient_is_diagnosed_right_on_twenty_seeds(number):
    assert set(causes(PATIENTS[number])) == {ILL[number]}
    assert final_loss(PATIENTS[number]) > PATIENTS[number].goal


def test_the_story_is_diagnosed_right_on_every_seed_on_which_it_dies():
    charts = [examine(PATIENTS[8], seed) for seed in (None, *SEEDS)]
    died = [chart for chart in charts if not np.isfinite(chart.losses[-1])]
    assert len(died) >= 15 and died[0] is charts[0]
    assert {diagnose(chart).verdict for chart in died} == {ILL[8]}


@pytest.mark.parametrize("patient", WELL, ids=["relu", "tanh"])
def test_the_healthy_are_called_healthy_on_twenty_seeds(patient):
    assert set(causes(patient)) == {"healthy"}


def test_the_patients_are_as_the_notebook_introduces_them():
    first = {n: course(PATIENTS[n]).losses for n in PATIENTS}
    assert 100 < first[1][0] < 1000 and first[4][0] > 1e6  # "in the hundreds", "above a million"
    assert np.ptp(first[3]) < 0.01 and np.abs(first[5] - np.log(10)).max() < 0.01  # does not move; flat at 2.30
    assert all((rms(dz) == 0) for dz in examine(PATIENTS[3]).delta)  # no gradient in the picture
    assert (np.diff(first[2]) < 0).all() and first[2][-1] > 2.2  # falls in every epoch, and has come nowhere
    assert 1.5 < first[6][-1] < first[6][0]  # learns, only poorly
    assert first[7][0] > np.log(10)  # worse than guessing after the first epoch
    assert np.nanmin(first[8]) < 1.7 and np.isnan(first[8][-1])  # it had learned, and then it died
    for n in (2, 6, 7):
        chart = examine(PATIENTS[n])
        assert 0.1 < chart.inputs < 10 and 0.1 < rms(chart.h[-1]) / chart.inputs < 10 and chart.neighbours > 0.9


def test_labels_out_of_step_are_seen():
    assert set(causes(LABELS, range(5))) == {"labels out of step"}


def test_every_cause_has_a_run_and_every_diagnosis_its_evidence():
    assert {*ILL.values(), "labels out of step", "healthy"} == set(CAUSES)
    for patient in PATIENTS.values():
        assert any(letter.isdigit() for letter in diagnose(examine(patient)).evidence)


def test_patient_eight_is_the_story():
    told, run = story_run(epochs=20), course(PATIENTS[8])
    assert np.array_equal(told.losses, run.losses, equal_nan=True)
    assert np.array_equal(told.thetas, run.thetas[:-1], equal_nan=True) and isinstance(run.net, Reader)
    clipped = story_run(epochs=20, clip=1.0).losses
    assert np.array_equal(course(PATIENTS[8].but(clip=1.0)).losses, clipped)


@pytest.mark.parametrize("number", PATIENTS)
def test_only_the_sixth_has_a_wrong_gradient(number):
    patient = PATIENTS[number]
    net, (X, y) = patient.network(), patient.images(3)
    theta, X = patient.start(net, 3), patient.prepare(X[:8])
    last = net.size - 20  # ten weights and all biases of the last layer

    def loss(end):
        return net.loss_and_gradient(np.concatenate([theta[:last], end]), X, y[:8])[0]

    slope, found = net.loss_and_gradient(theta, X, y[:8])[1][last:], gradients.gradient(loss, theta[last:])
    apart = np.linalg.norm(found - slope) / np.linalg.norm(found)
    assert (apart < 1e-5) == (number != 6), apart


def test_a_patients_knobs_do_what_they_say():
    net = HEALTHY.network()
    theta = HEALTHY.but(bias=-3.0, init=0.5).start(net, 1)
    parts = net.named(theta)
    assert all(np.all(parts[f"b{k}"] == -3) for k in (1, 2, 3)) and np.all(parts["b4"] == 0)
    assert 0.45 < parts["W1"].std() < 0.55
    assert PATIENTS[3].knobs == HEALTHY.but(bias=-3.0).knobs
    assert course(HEALTHY.but(clip=0.1), 1).norms.max() > 0.1
    normed = HEALTHY.but(batch_norm=True, bias=-3.0)
    parts = normed.network().named(normed.start(normed.network(), 0))
    assert np.all(parts["b1"] == -3) and np.all(parts["beta1"] == 0) and np.all(parts["gamma1"] == 1)
    with pytest.raises(TypeError, match="epochs"):
        HEALTHY.but(epochs=3)


def test_the_final_loss_is_measured_with_the_right_labels_and_never_finite_after_the_end():
    assert final_loss(LABELS) > 2 > 0.7 > final_loss(HEALTHY)
    assert final_loss(PATIENTS[8]) == np.inf


def test_neighbours_share_their_label_in_real_data_and_by_chance_where_labels_are_dealt():
    X, y = HEALTHY.images(0)
    assert clinic.neighbours(X, y) > 0.95
    assert clinic.neighbours(X, np.random.default_rng(0).permutation(y)) < 0.2
    line = np.array([[0.0], [1.0], [10.0], [11.0], [30.0]])
    assert clinic.neighbours(line, np.array([0, 0, 1, 2, 2])) == 3 / 5


def test_growth_compares_the_ends():
    assert clinic.growth([np.full(3, 8.0), np.ones(3), np.full(5, 2.0)]) == 4
    assert clinic.growth([np.zeros(3), np.zeros(3)]) == 0
    assert clinic.growth([np.ones(3), np.zeros(3)]) == 0
    assert clinic.growth([np.array([np.nan]), np.ones(3)]) == 0


def test_a_curve_alone_is_not_a_cause():
    """Three causes, one curve: all of them are stuck near the loss of guessing."""
    stuck = [course(PATIENTS[n]).losses[-3:] for n in (3, 4, 5, 7)]
    assert np.ptp(stuck) < 0.05
