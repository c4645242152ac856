"""RunAPI pictures for Hermes Agent, made by the runapi-imagen program.

Key, base URL, proxy and record are the program's own business: see its `doctor`. Settings in config.yaml, all optional:

image_gen:
  provider: runapi
  model: imagen-4-ultra
  runapi:
    model: draft                       # before image_gen.model; any model of RunAPI's, or an alias
    models: {draft: imagen-4-fast}     # aliases
    ratios: {landscape: "4:3"}         # exact ratios for landscape, square and portrait
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from agent.image_gen_provider import (
    ImageGenProvider,
    error_response,
    resolve_aspect_ratio,
    success_response,
)

RATIOS = {"landscape": "16:9", "square": "1:1", "portrait": "9:16"}

DEFAULT_MODEL = "imagen-4"
MODELS = {
    "imagen-4": ("Imagen 4", "standard", "Balanced: nearly everything"),
    "imagen-4-fast": ("Imagen 4 Fast", "fastest", "Drafts and variants, cheapest"),
    "imagen-4-ultra": ("Imagen 4 Ultra", "slowest", "Fine detail, lettering, finals"),
}
ALIASES = {
    "standard": "imagen-4",
    "fast": "imagen-4-fast",
    "ultra": "imagen-4-ultra",
}

# The most pictures that one request may start from.
MOST_SOURCES = 8

# The program gives up first and leaves the task on record; one that hangs is stopped.
PATIENCE_SECONDS = 300
GRACE_SECONDS = 60

NO_NODE = (
    "Neither runapi-imagen nor npx is on the PATH of Hermes. Install Node.js 20.18 or newer from "
    "https://nodejs.org, then start Hermes anew"
)


class RunapiImageGenProvider(ImageGenProvider):
    @property
    def name(self) -> str:
        return "runapi"

    @property
    def display_name(self) -> str:
        return "RunAPI (Imagen 4)"

    def is_available(self) -> bool:
        return _program() is not None

    def list_models(self) -> List[Dict[str, Any]]:
        names = ("display", "speed", "strengths")
        price = {"price": "see runapi.ai"}
        return [{"id": id, **dict(zip(names, facts)), **price} for id, facts in MODELS.items()]

    def capabilities(self) -> Dict[str, Any]:
        most = {"max_reference_images": MOST_SOURCES - 1, "max_source_images": MOST_SOURCES}
        return {"modalities": ["text", "image"], **most}

    def get_setup_schema(self) -> Dict[str, Any]:
        key = {"key": "RUNAPI_API_KEY", "prompt": "API key", "url": "https://runapi.ai"}
        return {
            "name": self.display_name,
            "badge": "paid",
            "tag": "Imagen 4 and RunAPI's other models, with the key of custom:runapi",
            "env_vars": [key],
        }

    def generate(
        self,
        prompt: str,
        aspect_ratio: str = "landscape",
        *,
        image_url: Optional[str] = None,
        reference_image_urls: Optional[List[str]] = None,
        **kwargs: Any,
    ) -> Dict[str, Any]:
        settings = _settings()
        aspect = resolve_aspect_ratio(aspect_ratio)
        model = _model(settings, kwargs.get("model"))
        sources = _sources(image_url, reference_image_urls)
        if sources and model in MODELS:
            model = DEFAULT_MODEL  # Imagen 4 has one model for pictures, and the program knows it by this name
        facts = {"provider": self.name, "model": model, "prompt": prompt, "aspect_ratio": aspect}
        refuse = functools.partial(error_response, **facts)
        if not str(prompt).strip():
            return refuse(error="The prompt is empty", error_type="validation")
        program = _program()
        if program is None:
            return refuse(error=NO_NODE, error_type="missing_dependency")
        exact = re.fullmatch(r"\s*(\d+:\d+)\s*", str(aspect_ratio))
        ratio = exact[1] if exact else _ratios(settings)[aspect]
        words = ["generate", "-", "--json", "--timeout", f"{PATIENCE_SECONDS}s"]
        words += ["--model", model, "--ratio", ratio, "--dir", ".", "--output", "{prompt}-{task}"]
        words += [f"--image={source}" for source in sources]
        try:
            folder = _home() / "cache" / "images"
            folder.mkdir(parents=True, exist_ok=True)
            code, output, complaint = _run(program + words, prompt, folder)
        except OSError as error:
            return refuse(error=str(error), error_type="io_error")
        answer = _answer(output)
        picture = _picture(answer)
        if picture is None:
            told, kind = _failure(answer, code, complaint)
            return refuse(error=told, error_type=kind)
        extra = {key: answer.get(key) for key in ("task_id", "cost")}
        extra.update({key: picture.get(key) for key in ("width", "height")}, ratio=ratio)
        facts["model"] = answer.get("model") or model
        made = success_response(image=picture["path"], extra=extra, **facts)
        return {**made, "modality": "image" if sources else "text"}  # Hermes before 0.18 knows no modality


def register(ctx: Any) -> None:
    ctx.register_image_gen_provider(RunapiImageGenProvider())


def _settings() -> Dict[str, Any]:
    """The section image_gen of config.yaml."""
    try:
        from hermes_cli.config import load_config

        return _section(load_config(), "image_gen")
    except Exception:  # another Hermes: as if nothing was set
        return {}


def _section(settings: Any, name: str) -> Dict[str, Any]:
    value = settings.get(name) if isinstance(settings, dict) else None
    return value if isinstance(value, dict) else {}


def _model(settings: Dict[str, Any], asked: Any) -> str:
    """The model of the settings or of the call. That of another backend is passed over."""
    own = _section(settings, "runapi")
    aliases = {**ALIASES, **_section(own, "models")}
    if own.get("model"):
        return str(aliases.get(own["model"], own["model"]))
    for name in (asked, settings.get("model")):
        if isinstance(name, str) and (name in MODELS or name in aliases):
            return str(aliases.get(name, name))
    return DEFAULT_MODEL


def _ratios(settings: Dict[str, Any]) -> Dict[str, str]:
    named = _section(_section(settings, "runapi"), "ratios").items()
    # YAML reads 4:3 without quotes as minutes and seconds: 243.
    exact = {k: f"{v // 60}:{v % 60}" if isinstance(v, int) else str(v) for k, v in named}
    return {**RATIOS, **exact}


def _sources(first: Any, more: Any) -> List[str]:
    """The pictures to start from: URLs as they are, paths absolute."""
    all = [first, *([more] if isinstance(more, str) else more or [])]
    named = [source.strip() for source in all if isinstance(source, str) and source.strip()]
    is_url = re.compile(r"(https?|task):", re.I).match
    return [s if is_url(s) else os.path.abspath(os.path.expanduser(s)) for s in named][:MOST_SOURCES]


def _home() -> Path:
    """The home of the profile that Hermes works for now."""
    try:
        from hermes_constants import get_hermes_home

        return Path(get_hermes_home())
    except ImportError:
        return Path(os.environ.get("HERMES_HOME") or Path.home() / ".hermes")


def _program() -> Optional[List[str]]:
    own = shutil.which("runapi-imagen")
    if own:
        return [own]
    npx = shutil.which("npx")
    return [npx, "-y", "runapi-imagen"] if npx else None


def _environment() -> Dict[str, str]:
    environment = {**os.environ, "HERMES_HOME": str(_home())}
    try:
        from hermes_cli.config import get_env_value

        key = get_env_value("RUNAPI_API_KEY")
    except Exception:  # another Hermes: the program looks for the key itself
        return environment
    return {**environment, "RUNAPI_API_KEY": key} if key else environment


def _run(command: List[str], text: str, folder: Path) -> Tuple[int, str, str]:
    """Exit code, stdout, stderr. The text goes in on stdin: no shell ever sees it."""
    data = str(text).encode("utf-8", "replace")
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    seconds = PATIENCE_SECONDS + GRACE_SECONDS
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            cwd=str(folder),
            env=_environment(),
            timeout=seconds,
            creationflags=hidden,
        )
    except subprocess.TimeoutExpired:
        return 1, "", f"stopped after {seconds} s. What it began is taken up with: runapi-imagen resume"
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def _answer(output: str) -> Dict[str, Any]:
    """The last JSON object among the lines."""
    for line in reversed(output.splitlines()):
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict):
            return answer
    return {}


def _picture(answer: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The first picture that is on disk."""
    images = answer.get("images")
    for image in images if isinstance(images, list) else []:
        path = image.get("path") if isinstance(image, dict) else None
        if isinstance(path, str) and os.path.isfile(path):
            return image
    return None


def _failure(answer: Dict[str, Any], code: int, complaint: str) -> Tuple[str, str]:
    """What went wrong in the program's own words, and its kind."""
    error = answer.get("error")
    if isinstance(error, dict):
        resume = answer.get("resume")
        parts = [error.get("message"), error.get("hint")]
        parts += [f"The task goes on; take it up with: {resume}"] if resume else []
        told = ". ".join(str(part) for part in parts if part)
        return told, str(error.get("code") or "provider_error")
    if code == 127:
        return NO_NODE, "missing_dependency"
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    told = " ".join(lines[-3:])[:500] or "it said nothing that can be read"
    return f"runapi-imagen ended with code {code}: {told}", "provider_error"
