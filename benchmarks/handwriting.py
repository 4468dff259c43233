"""Lesson 10's three readers, and two of scikit-learn's, on the same ten splits of the digits: accuracy and
the processor's seconds.

    pip install -e . -r benchmarks/requirements.txt
    python benchmarks/handwriting.py

Each split is 80 to 20, stratified; nothing is fitted before it, and its test part is read once by each reader.
"""

from side_by_side import median  # first: it sets one thread

# isort: split
from time import process_time

from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from calclib.data import digits, split
from calclib.handwriting import BEST, BETTER, PLAIN, trained

SPLITS = 10


def reader(recipe):
    """fit(X, y, seed): calclib's reader by this recipe, as a function of images and labels: the share it reads."""

    def fit(X, y, seed):
        net, theta = trained(recipe, X, y, seed=seed)
        return lambda images, labels: net.accuracy(theta, images, labels)

    return fit


READERS = {
    "64–64–10, 30 epochs": reader(PLAIN),
    "64–128–10, cosine": reader(BETTER),
    "64–256–10, moved images": reader(BEST),
    "3 nearest neighbours": lambda X, y, seed: KNeighborsClassifier(3).fit(X, y).score,
    "support vectors, RBF, C = 10": lambda X, y, seed: SVC(C=10).fit(X, y).score,
}


def tried(fit):
    """Of each split the share of the test part that is read, and the seconds of the fit."""
    shares, seconds = [], []
    for seed in range(SPLITS):
        training, test = split(*digits(), 0.8, 0.2, seed=seed, stratify=True)
        start = process_time()
        score = fit(*training, seed)
        seconds.append(process_time() - start)
        shares.append(score(*test))
    return shares, seconds


print(f"{'medians of ' + str(SPLITS) + ' splits':30} {'read':>8} {'least':>8} {'most':>8} {'seconds':>9}")
for name, fit in READERS.items():
    shares, seconds = tried(fit)
    print(f"{name:30} {median(shares):8.2%} {min(shares):8.2%} {max(shares):8.2%} {median(seconds):9.2f}")
