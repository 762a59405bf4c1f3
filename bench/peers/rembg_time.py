"""How long rembg takes from the bytes of a JPEG to those of a result, with a model of its kind `dis_custom`, IS-Net.

Reads {model, picture, matting, formats, rounds} as JSON from standard input and writes the seconds of each round by format,
as JSON. The model is loaded, and has run once, before anything is measured. What all formats share is done once a round.
"""

import io
import json
import os
import sys
import time

given = json.load(sys.stdin)
os.environ["REMBG_HOME"] = os.path.dirname(given["model"])  # it reads models from its own folder only

from PIL import Image  # noqa: E402
from rembg import new_session, remove  # noqa: E402

session = new_session("dis_custom", model_path=given["model"])
remove(Image.new("RGB", (64, 64)), session=session)
with open(given["picture"], "rb") as file:
    data = file.read()
seconds = {name: [] for name in given["formats"]}
for _ in range(given["rounds"]):
    start = time.perf_counter()
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    result = remove(picture, session=session, alpha_matting=given["matting"])
    shared = time.perf_counter() - start
    for name in given["formats"]:
        start = time.perf_counter()
        result.save(io.BytesIO(), name)  # at Pillow's defaults, as `rembg i` writes PNG
        seconds[name].append(shared + time.perf_counter() - start)
json.dump(seconds, sys.stdout)
