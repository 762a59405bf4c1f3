"""Closed-form matting and multi-level foreground estimation by PyMatting.

Reads {width, height, rgb, mask, trimap, alpha, foreground} as JSON from standard input: paths of raw files. `rgb` and
`mask` (bytes) are read; `trimap` (bytes), `alpha` and `foreground` (32-bit floats) are written. Answers with null, or
with what went wrong: the incomplete Cholesky decomposition fails on some pictures.
"""

import json
import sys

import numpy as np
from pymatting import estimate_alpha_cf, estimate_foreground_ml
from scipy.ndimage import binary_erosion

job = json.load(sys.stdin)
shape = (job["height"], job["width"])
rgb = np.fromfile(job["rgb"], np.uint8).reshape(*shape, 3) / 255
mask = np.fromfile(job["mask"], np.uint8).reshape(shape) / 255

erosion = np.ones((2 * round(8 * max(shape) / 1024) + 1,) * 2)
trimap = np.full(shape, 128, np.uint8)
trimap[binary_erosion(mask > 0.94, erosion, border_value=1)] = 255
trimap[binary_erosion(mask < 0.04, erosion, border_value=1)] = 0
trimap.tofile(job["trimap"])

answer = None
try:
    alpha = estimate_alpha_cf(rgb, np.select([trimap == 0, trimap == 255], [0.0, 1.0], 0.5))
except ValueError as error:
    answer = str(error)
    alpha = mask
alpha.astype(np.float32).tofile(job["alpha"])
estimate_foreground_ml(rgb, alpha).astype(np.float32).tofile(job["foreground"])
json.dump(answer, sys.stdout)
