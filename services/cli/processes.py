"""The processes of the platform, and the settings with which each is made."""

from importlib import import_module
from types import ModuleType
from typing import TypeVar, get_args, get_type_hints

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from services.launcher.errors import CannotStart
from services.launcher.given_secrets import password_of

Settings = TypeVar("Settings", bound=BaseSettings)
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


def secrets_of(settings: BaseSettings) -> dict[str, str | None]:
    """The secrets among a process's settings by variable: what is typed as one, and the passwords in addresses."""
    prefix = settings.model_config.get("env_prefix", "")
    found: dict[str, str | None] = {}
    for name, field in type(settings).model_fields.items():
        value, variable = getattr(settings, name), f"{prefix}{name}".upper()
        if SecretStr in (field.annotation, *getattr(field.annotation, "__args__", ())):
            found[variable] = value.get_secret_value() if value is not None else None
        elif name in ("database_url", "nats_url"):
            found[f"the password in {variable}"] = password_of(value)
    return found
