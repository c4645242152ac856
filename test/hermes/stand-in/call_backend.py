"""Loads the backend of a Hermes home as Hermes does, calls a method, prints the answer.

Usage: call_backend.py HOME METHOD [JSON of the keyword arguments]
"""

import importlib.util
import json
import sys
from pathlib import Path


class Context:
    provider = None

    def register_image_gen_provider(self, provider):
        self.provider = provider


home, method = sys.argv[1:3]
keywords = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
quick = keywords.pop("_quick", False)

folder = Path(home) / "plugins" / "runapi"
spec = importlib.util.spec_from_file_location(
    "hermes_plugins.runapi",
    folder / "__init__.py",
    submodule_search_locations=[str(folder)],
)
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
if quick:  # nobody waits minutes in a test
    module.PATIENCE_SECONDS, module.GRACE_SECONDS = 2, 4

context = Context()
module.register(context)
member = getattr(context.provider, method)
print(json.dumps(member(**keywords) if callable(member) else member))
