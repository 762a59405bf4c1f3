"""The alphas that rembg gives pictures with a model of its kind `dis_custom`, IS-Net.

Reads {model, jobs: [{picture, file, matting}]} as JSON from standard input: paths, and whether its alpha matting is on,
at its default settings. Writes each alpha to `file`, a grey PNG, and the seconds of all calls as JSON.
"""

import json
import os
import sys
import time

given = json.load(sys.stdin)
os.environ["REMBG_HOME"] = os.path.dirname(given["model"])  # it reads models from its own folder only

from PIL import Image  # noqa: E402
from rembg import new_session, remove  # noqa: E402

session = new_session("dis_custom", model_path=given["model"])
seconds = []
for job in given["jobs"]:
    picture = Image.open(job["picture"]).convert("RGB")
    start = time.perf_counter()
    result = remove(picture, session=session, alpha_matting=job["matting"])
    seconds.append(time.perf_counter() - start)
    result.getchannel("A").save(job["file"], "PNG")
json.dump(seconds, sys.stdout)
