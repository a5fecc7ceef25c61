"""``petcore device add|list|rotate|revoke|confirm``: what may act for whom.

All of them work beside a server that runs on the same store. How a device asks is the API's.
"""

from argparse import ArgumentParser, Namespace

from petcore.commands import Exit, add_store_arguments, store_settings
from petcore.commands.device_confirm import Choice, announced, confirmed
from petcore.commands.device_tokens import added, listed, revoked, rotated
from petcore.commands.store_output import ask, require_somebody
from petcore.commands.store_running import run
from petcore.errors import StartRefused
from petcore.rules.pairing import NAME_MAX, is_name, is_user_id
from petcore.services.platform.devices import NAME_IS, USER_ID_IS


def add_add_arguments(parser: ArgumentParser) -> None:
    """What it is called, and for whom it acts."""
    _add_name(parser)
    parser.add_argument("--user", metavar="USER", type=_user, required=True, help="the user_id")
    add_store_arguments(parser)


def add_list_arguments(parser: ArgumentParser) -> None:
    """Which store."""
    add_store_arguments(parser)


def add_name_arguments(parser: ArgumentParser) -> None:
    """Which device, for ``rotate`` and ``revoke``."""
    _add_name(parser)
    add_store_arguments(parser)


def add_confirm_arguments(parser: ArgumentParser) -> None:
    """Which code, for whom, and whether that is sure."""
    parser.add_argument("code", metavar="CODE", help="what the device shows, such as BCDF-GHJK")
    parser.add_argument(
        "--user", metavar="USER", type=_user, help="the user_id (default what the device asked for)"
    )
    parser.add_argument(
        "--name",
        metavar="NAME",
        type=_name,
        help="what to call it (default what it calls itself, or pet-USER)",
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help="do not ask; without --user what the device asked for holds",
    )
    add_store_arguments(parser)


def add_device(asked: Namespace) -> Exit:
    """Make a device and print its token, once. Raises ``StartRefused``."""
    return run(added(store_settings(asked), asked.name, asked.user))


def list_devices(asked: Namespace) -> Exit:
    """Print a table of all devices. Raises ``StartRefused``."""
    return run(listed(store_settings(asked)))


def rotate_token(asked: Namespace) -> Exit:
    """Give a device another token and print it, once. Raises ``StartRefused``."""
    return run(rotated(store_settings(asked), asked.name))


def revoke_device(asked: Namespace) -> Exit:
    """Forget a device. Raises ``StartRefused``."""
    return run(revoked(store_settings(asked), asked.name))


def confirm_device(asked: Namespace) -> Exit:
    """Let the device that shows a code act for a user. Raises ``StartRefused``."""
    settings = store_settings(asked)
    if not asked.yes:
        require_somebody("confirm")
    chosen = list[Choice]()
    outcome = run(announced(settings, asked.code, asked.user, asked.name, chosen))
    if not outcome and not asked.yes:
        # Outside of the event loop, which would not hear Ctrl-C meanwhile.
        question = f"Let it act for {chosen[0].user!r}?"
        outcome = ask(question, otherwise="nothing was confirmed")
    return outcome or run(confirmed(settings, chosen[0]))


def _add_name(parser: ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="NAME", type=_name, help=f"the device, 1..{NAME_MAX} characters"
    )


def _name(text: str) -> str:
    """The text. Raises ``StartRefused``: argparse would add its whole usage to the one line."""
    if not is_name(text):
        raise StartRefused(f"NAME: must be {NAME_IS}")
    return text


def _user(text: str) -> str:
    """As ``_name``."""
    if not is_user_id(text):
        raise StartRefused(f"--user: must be {USER_ID_IS}")
    return text
