"""One file per vendor that sends notifications; a file here with a `router` is served."""

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter

SHARED = ("quickbooks_online",)  # vendors that send what concerns all connections to one address


def routers() -> list[APIRouter]:
    """Returns the router of every vendor's file in this folder."""
    return [import_module(f"{__name__}.{found.name}").router for found in iter_modules(__path__)]
