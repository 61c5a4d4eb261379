"""What the routes of this room take from the app: the issuer of tokens and the lives of sign-ins."""

from typing import Annotated

from fastapi import Depends, Request

from services.identity.authorization.service.issuing import TokenIssuer
from services.identity.authorization.service.sign_ins import Lives
from services.identity.settings import IdentitySettings


async def _issuer_of(request: Request) -> TokenIssuer:
    issuer: TokenIssuer = request.app.state.issuer
    return issuer


async def _lives_of(request: Request) -> Lives:
    settings: IdentitySettings = request.app.state.settings
    return Lives(sign_in=settings.sign_in_life, refresh_token=settings.refresh_token_life)


Issuer = Annotated[TokenIssuer, Depends(_issuer_of)]
SignInLives = Annotated[Lives, Depends(_lives_of)]
