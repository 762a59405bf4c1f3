"""The foreground of a picture with its alpha, by PyMatting.

Reads {method, picture, alpha, foreground} as JSON from standard input: `ml` is multi-level estimation (Germer 2020),
`cf` closed-form (Levin 2008); the others are paths, and `foreground` is written as a PNG.
"""

import json
import sys

import numpy as np
from PIL import Image
from pymatting import estimate_foreground_cf, estimate_foreground_ml

job = json.load(sys.stdin)
picture = np.asarray(Image.open(job["picture"]).convert("RGB"), dtype=np.float64) / 255
alpha = np.asarray(Image.open(job["alpha"]).convert("L"), dtype=np.float64) / 255
estimate = {"ml": estimate_foreground_ml, "cf": estimate_foreground_cf}[job["method"]]
foreground = np.clip(estimate(picture, alpha), 0, 1)
Image.fromarray(np.rint(foreground * 255).astype(np.uint8)).save(job["foreground"])
json.dump(None, sys.stdout)
