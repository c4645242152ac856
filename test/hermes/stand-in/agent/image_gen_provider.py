"""What a Hermes image backend may import from Hermes Agent 0.21, and no more."""

import abc


class ImageGenProvider(abc.ABC):
    @property
    @abc.abstractmethod
    def name(self):
        ...

    @property
    def display_name(self):
        return self.name.title()

    def is_available(self):
        return True

    def list_models(self):
        return []

    def default_model(self):
        models = self.list_models()
        return models[0].get("id") if models else None

    def get_setup_schema(self):
        return {"name": self.display_name, "badge": "", "tag": "", "env_vars": []}

    def capabilities(self):
        return {"modalities": ["text"], "max_reference_images": 0}

    @abc.abstractmethod
    def generate(
        self,
        prompt,
        aspect_ratio="landscape",
        *,
        image_url=None,
        reference_image_urls=None,
        **kwargs,
    ):
        ...


def resolve_aspect_ratio(value):
    known = ("landscape", "square", "portrait")
    word = value.strip().lower() if isinstance(value, str) else ""
    return word if word in known else "landscape"


def success_response(
    *, image, model, prompt, aspect_ratio, provider, modality="text", extra=None
):
    told = {
        "success": True,
        "image": image,
        "model": model,
        "prompt": prompt,
        "aspect_ratio": aspect_ratio,
        "modality": modality,
        "provider": provider,
    }
    return {**(extra or {}), **told}


def error_response(
    *,
    error,
    error_type="provider_error",
    provider="",
    model="",
    prompt="",
    aspect_ratio="landscape",
):
    return {
        "success": False,
        "image": None,
        "error": error,
        "error_type": error_type,
        "model": model,
        "prompt": prompt,
        "aspect_ratio": aspect_ratio,
        "provider": provider,
    }
