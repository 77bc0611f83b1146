"""Having an account, for browsers: signing up and in, one's profile, keys, sessions and data."""

from fastapi import FastAPI

from rostra.web.account import (
    again,
    data,
    forgotten,
    newcomers,
    passkeys,
    profile,
    second_factor,
    security,
    sessions,
    sign_in,
    sign_up,
)


def add_doors(app: FastAPI) -> None:
    # `/sign-in/second` and `/sign-in/passkey` come before the links, `/sign-in/{secret}`.
    for each in (
        sign_in, second_factor, passkeys, sign_up, forgotten, profile, security, again, sessions,
        data, newcomers,
    ):  # fmt: skip
        each.add_doors(app)
