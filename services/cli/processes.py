"""The processes of the platform, and the settings with which each is made."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import TypeVar, get_args, get_type_hints

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from services.launcher.errors import CannotStart
from services.launcher.given_secrets import password_of

Settings = TypeVar("Settings", bound=BaseSettings)
WITH_PASSWORDS = ("database_url", "nats_url")
PROCESSES = ("gateway", "identity", "requests", "feedback")


def app_module(name: str) -> ModuleType:
    """`services.<name>.app`, whose `create_app(settings)` makes the process's application."""
    return import_module(f"services.{name}.app")


def settings_class(module: ModuleType) -> type[BaseSettings]:
    """What `create_app` takes."""
    taken: tuple[type[object], ...] = get_args(get_type_hints(module.create_app)["settings"])
    return next(kind for kind in taken if issubclass(kind, BaseSettings))


def settings_from_environment(kind: type[Settings]) -> Settings:
    """The settings as the environment has them; CannotStart names the variables that are wrong, and no value."""
    try:
        return kind()
    except ValidationError as error:
        prefix = kind.model_config.get("env_prefix", "")
        told = [f"{prefix}{each['loc'][0]}".upper() + f": {each['msg']}" for each in error.errors(include_input=False)]
        raise CannotStart("; ".join(told)) from None


def secrets_given(kind: type[BaseSettings], environment: Mapping[str, str]) -> dict[str, str | None]:
    """The secrets of a process as the environment has them: what is typed as one, and the passwords in addresses.

    Looked at before the settings are made, so that all that will not do is told at once and in the same words.
    """
    given = {name.upper(): value for name, value in environment.items()}
    found: dict[str, str | None] = {}
    for name, field in kind.model_fields.items():
        variable = f"{kind.model_config.get('env_prefix', '')}{name}".upper()
        if SecretStr in (field.annotation, *get_args(field.annotation)):
            found[variable] = given.get(variable)
        elif name in WITH_PASSWORDS:
            found[f"the password in {variable}"] = password_of(given.get(variable, ""))
    return found
