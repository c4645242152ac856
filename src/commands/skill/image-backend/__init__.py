"""Imagen 4 pictures for Hermes Agent, made by the runapi-imagen program.

Key, base URL, proxy and record are the program's own business: see its `doctor`.
"""

from __future__ import annotations

import functools
import json
import os
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

# Node and the script that wrote this file: found whatever the PATH of a service is.
INSTALLED: List[str] = []

RATIOS = {"landscape": "16:9", "square": "1:1", "portrait": "9:16"}

DEFAULT_MODEL = "imagen-4"
MODELS = {
    "imagen-4": ("Imagen 4", "standard", "Balanced: nearly everything"),
    "imagen-4-fast": ("Imagen 4 Fast", "fastest", "Drafts and variants, cheapest"),
    "imagen-4-ultra": ("Imagen 4 Ultra", "slowest", "Fine detail, lettering, finals"),
}

# The program gives up first and leaves the task on record; only then is it stopped.
PATIENCE_SECONDS = 300
GRACE_SECONDS = 60
STOP_SECONDS = 10
PRICES_SECONDS = 20

NO_NODE = (
    "Node.js 20.18 or newer was not found, and runapi-imagen needs it. Install it from "
    "https://nodejs.org, then run: "
    "npx runapi-imagen skill install --target hermes --image-backend"
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

    def capabilities(self) -> Dict[str, Any]:
        return {"modalities": ["text"], "max_reference_images": 0}

    def default_model(self) -> Optional[str]:
        return DEFAULT_MODEL

    def list_models(self) -> List[Dict[str, Any]]:
        prices = _prices()
        return [
            {
                "id": model,
                "display": display,
                "speed": speed,
                "strengths": strengths,
                "price": prices.get(model, "see runapi.ai"),
            }
            for model, (display, speed, strengths) in MODELS.items()
        ]

    def get_setup_schema(self) -> Dict[str, Any]:
        key = {"key": "RUNAPI_API_KEY", "prompt": "API key", "url": "https://runapi.ai"}
        return {
            "name": self.display_name,
            "badge": "paid",
            "tag": "Imagen 4 in three qualities, with the key of custom:runapi",
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
        aspect = resolve_aspect_ratio(aspect_ratio)
        model = str(kwargs.get("model"))
        facts = {
            "provider": self.name,
            "model": model if model in MODELS else DEFAULT_MODEL,
            "prompt": prompt,
            "aspect_ratio": aspect,
        }
        refuse = functools.partial(error_response, **facts)
        if image_url or reference_image_urls:
            told = "Imagen 4 makes pictures from text alone: leave source images out"
            return refuse(error=told, error_type="modality_unsupported")
        program = _program()
        if program is None:
            return refuse(error=NO_NODE, error_type="missing_dependency")
        words = ["generate", "-", "--json", "--timeout", f"{PATIENCE_SECONDS}s"]
        words += ["--model", facts["model"], "--ratio", RATIOS[aspect]]
        words += ["--dir", ".", "--output", "{prompt}-{task}"]
        try:
            folder = _home() / "cache" / "images"
            folder.mkdir(parents=True, exist_ok=True)
            seconds = PATIENCE_SECONDS + GRACE_SECONDS
            code, output, complaint = _run(program + words, prompt, folder, seconds)
        except OSError as error:
            return refuse(error=str(error), error_type="io_error")
        answer = (_answers(output) or [{}])[-1]
        picture = _picture(answer)
        if picture is None:
            told, kind = _failure(answer, code, complaint)
            return refuse(error=told, error_type=kind)
        extra = {key: answer.get(key) for key in ("task_id", "cost")}
        extra.update({side: picture.get(side) for side in ("width", "height")})
        return success_response(image=picture["path"], extra=extra, **facts)


def register(ctx: Any) -> None:
    ctx.register_image_gen_provider(RunapiImageGenProvider())


def _home() -> Path:
    """The home of the profile that Hermes works for now; this file lies in one, too."""
    try:
        from hermes_constants import get_hermes_home

        return Path(get_hermes_home())
    except ImportError:
        return Path(__file__).absolute().parents[3]


def _program() -> Optional[List[str]]:
    if INSTALLED and all(os.path.isfile(part) for part in INSTALLED):
        return list(INSTALLED)
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


def _run(
    command: List[str], text: str, folder: Path, seconds: float
) -> Tuple[int, str, str]:
    """Exit code, stdout, stderr. The text goes in on stdin: no shell ever sees it."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=str(folder),
        env=_environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    output, complaint = b"", b""
    try:
        data = str(text).encode("utf-8", "replace")
        output, complaint = process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired:
        # Terminated, it puts the task on record and says how to take it up.
        for stop in (process.terminate, process.kill):
            stop()
            try:
                output, complaint = process.communicate(timeout=STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
    code = 1 if process.returncode is None else process.returncode
    return code, output.decode("utf-8", "replace"), complaint.decode("utf-8", "replace")


def _answers(output: str) -> List[Dict[str, Any]]:
    """The JSON objects among the lines."""
    answers = []
    for line in output.splitlines():
        try:
            answers.append(json.loads(line))
        except ValueError:
            continue
    return [answer for answer in answers if isinstance(answer, dict)]


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


@functools.lru_cache(maxsize=1)
def _prices() -> Dict[str, str]:
    """Today's prices by model; none where they can't be had."""
    program = _program()
    if program is None:
        return {}
    try:
        _, output, _ = _run(program + ["models", "--json"], "", _home(), PRICES_SECONDS)
    except OSError:
        return {}
    prices = {}
    for row in _answers(output):
        price = row.get("price")
        cents = price.get("unit_price_cents") if isinstance(price, dict) else None
        if isinstance(cents, (int, float)):
            prices[str(row.get("model"))] = f"${cents / 100:.2f}/image"
    return prices
