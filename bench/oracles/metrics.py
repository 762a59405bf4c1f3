"""The errors of bench/quality/metrics.mjs by other people's code.

Reads a JSON list of [alpha, reference], paths of grey PNGs, from standard input; writes a JSON list of the errors.
"""

import json
import sys

import numpy as np
from PIL import Image
from py_sod_metrics import MAE, FmeasureV2, IOUHandler
from scipy import ndimage
from skimage.measure import label
from skimage.metrics import mean_squared_error


def read(path):
    return np.asarray(Image.open(path).convert("L"), dtype=np.float64) / 255


def iou(alpha, reference):
    wanted = reference >= 0.5
    foreground = np.count_nonzero(wanted)
    counts = FmeasureV2.get_statistics(alpha >= 0.5, wanted, foreground, wanted.size - foreground)
    if counts["tp"] + counts["fp"] + counts["fn"] == 0:
        return 1.0
    return IOUHandler(with_dynamic=False, with_adaptive=False, with_binary=True)(**counts)


def band(alpha, reference):
    soft = (reference > 0.02) & (reference < 0.98)
    if not soft.any():
        return 0.0
    grown = ndimage.binary_dilation(soft, iterations=5)
    return np.abs(alpha - reference)[grown].mean()


def gradient(alpha, reference):
    def length(picture):
        return ndimage.gaussian_gradient_magnitude(picture, sigma=1.4, mode="reflect", truncate=4)

    return np.sum((length(alpha) - length(reference)) ** 2)


def connectivity(alpha, reference):
    """As in the evaluation code of alphamatting.com, over the whole picture."""
    until = np.full(alpha.shape, -1.0)
    for step in range(1, 11):
        parts = label((alpha >= step / 10) & (reference >= step / 10), connectivity=1)
        sizes = np.bincount(parts.ravel())[1:]
        largest = parts == 1 + np.argmax(sizes) if sizes.size else np.zeros(alpha.shape, bool)
        until[(until == -1) & ~largest] = (step - 1) / 10
    until[until == -1] = 1

    def phi(picture):
        above = picture - until
        return 1 - above * (above >= 0.15)

    return np.abs(phi(alpha) - phi(reference)).sum()


def errors(alpha, reference):
    return {
        "mae": MAE().cal_mae(alpha, reference) * 1000,
        "mse": mean_squared_error(reference, alpha) * 1000,
        "sad": np.linalg.norm((alpha - reference).ravel(), 1) / 1000,
        "grad": gradient(alpha, reference) / 1000,
        "conn": connectivity(alpha, reference) / 1000,
        "band": band(alpha, reference) * 1000,
        "iou": iou(alpha, reference),
    }


json.dump([errors(read(a), read(b)) for a, b in json.load(sys.stdin)], sys.stdout, default=float)
