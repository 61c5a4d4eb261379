"""The processes of the platform, and the settings with which each is made."""

from importlib import import_module
from types import ModuleType
from typing import get_args, get_type_hints

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from services.launcher.errors import CannotStart

PROCESSES = ("gateway", "identity", "requests", "feedback")


def app_module(name: str) -> ModuleType:
    """`services.<name>.app`, whose `create_app(settings)` makes the process's application."""
    return import_module(f"services.{name}.app")


def settings_class(module: ModuleType) -> type[BaseSettings]:
    """What `create_app` takes."""
    taken: tuple[type[object], ...] = get_args(get_type_hints(module.create_app)["settings"])
    return next(kind for kind in taken if issubclass(kind, BaseSettings))


def settings_from_environment(module: ModuleType) -> BaseSettings:
    """The settings as the environment has them; CannotStart names the variables that are wrong, and no value."""
    kind = settings_class(module)
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        told = [f"{prefix}{each['loc'][0]}".upper() + f": {each['msg']}" for each in error.errors(include_input=False)]
        raise CannotStart("; ".join(told)) from None
