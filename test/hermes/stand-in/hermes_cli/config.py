"""What a Hermes image backend may ask of Hermes' settings. The tests write config.yaml as JSON, which is YAML too."""

import json
import os
from pathlib import Path


def load_config():
    home = Path(os.environ.get("HERMES_HOME") or Path.home() / ".hermes")
    return json.loads((home / "config.yaml").read_text())


def get_env_value(name):
    return os.environ.get(name)
