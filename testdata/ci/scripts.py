#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: scripts.py DIR: what a runner gets to do, as DIR/github-0, ... and DIR/gitlab-JOB"""

import sys
import yaml

here = "testdata/ci/"
steps = yaml.safe_load(open(here + "github.yml"))["jobs"]["routes"]["steps"]
for i, step in enumerate(s for s in steps if "run" in s):
    with open(f"{sys.argv[1]}/github-{i}", "w") as out:
        out.write(step["run"])
jobs = yaml.safe_load(open(here + "gitlab.yml"))
for job in ("plan", "verify"):
    with open(f"{sys.argv[1]}/gitlab-{job}", "w") as out:
        for line in jobs["default"]["before_script"] + jobs[job]["script"]:
            out.write(line.rstrip("\n") + "\n")
