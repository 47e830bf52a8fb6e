"""Reading the addresses of channels: each part is checked, and no error repeats what may be a secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from pydantic import SecretStr
from yarl import URL

from tasks.channels.contract import UnusableChannelAddress


@dataclass(frozen=True, slots=True)
class Address:
    """A well-formed address of a channel."""

    url: URL
    setting: str
    """The environment variable that it is from."""
    form: str
    """What was expected, with placeholders."""

    def refuse(self, problem: str) -> UnusableChannelAddress:
        """The validation error for a problem with a part of it."""
        return UnusableChannelAddress(self.setting, problem, self.form)

    def number(self, name: str, default: int, most: int) -> int:
        """A number from 1 to `most` in the query. Raises `UnusableChannelAddress`."""
        text = self.url.query.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
            expected = f"a number from 1 to {most}"
            raise UnusableChannelAddress(self.setting, f"has an unusable {name}", f"{name}={expected}")
        return int(text)

    def needed(self, name: str) -> str:
        """A part of the query that must be there. Raises `UnusableChannelAddress`."""
        text = self.url.query.get(name, "").strip()
        if not text:
            raise self.refuse(f"lacks {name}=")
        return text

    def only(self, *names: str) -> None:
        """Refuse unknown names in the query, so that a typo is not ignored. Raises `UnusableChannelAddress`."""
        unknown = sorted(set(self.url.query) - set(names))
        if unknown:
            problem = f"has {len(unknown)} unknown {'setting' if len(unknown) == 1 else 'settings'} after the ?"
            raise UnusableChannelAddress(self.setting, problem, ", ".join(f"{name}=" for name in names))

    def endpoint(self) -> URL:
        """Where requests go: the host of the address by https, or `?endpoint=`. Raises `UnusableChannelAddress`."""
        text = self.url.query.get("endpoint")
        if text is None:
            port = f":{self.url.explicit_port}" if self.url.explicit_port else ""
            return URL(f"https://{self.url.host}{port}")
        try:
            found = URL(text)
        except ValueError:
            raise self.refuse("has an unusable endpoint=") from None
        safe = found.scheme == "https" or (found.scheme == "http" and is_loopback(found.host or ""))
        if not found.host or not safe or found.user is not None:
            raise self.refuse("has an unusable endpoint=, which must be https:// unless it is on this machine")
        return found

    def credentials(self) -> tuple[str, SecretStr]:
        """User and password. Raises `UnusableChannelAddress`."""
        if not self.url.user or not self.url.password:
            raise self.refuse("lacks the id or the secret of its key")
        return self.url.user, SecretStr(self.url.password)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_address(scheme: str, rest: str, setting: str, form: str) -> Address:
    """Read an address with a host. Raises `UnusableChannelAddress`."""
    try:
        url = URL(f"{scheme}://{rest}")
    except ValueError:  # its text contains a part of the address
        raise UnusableChannelAddress(setting, "is not a well-formed URL", form) from None
    if not url.host:
        raise UnusableChannelAddress(setting, "names no host", form)
    return Address(url, setting, form)


def without(url: URL, *names: str) -> URL:
    """The URL without some parts of its query."""
    kept: Mapping[str, str] = {name: value for name, value in url.query.items() if name not in names}
    return url.with_query(kept) if len(kept) < len(url.query) else url
