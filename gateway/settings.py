"""Settings: defaults, then ``zuruf.toml``, then ``ZURUF_SECTION__NAME``, then the command line.

``zuruf config`` lists every value with its origin and hides the secret ones. A key
or variable that means nothing is an error, because a setting that was mistyped is a
setting that is not in force. ``docs/reference/settings.md`` is generated from here.
"""

import difflib
import ipaddress
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from signaling.protocol.base import MAIL_PATTERN

PREFIX = "ZURUF_"
CONFIG_FILE = "zuruf.toml"
CONFIG_VARIABLE = "ZURUF_CONFIG"
"""Names another file than ``./zuruf.toml``; the one variable that is not a setting."""

LEAST_SECRET = 32
"""How many characters the secret needs."""

_STARS = "********"
_HOST = r"[a-z0-9_-]+(\.[a-z0-9_-]+)*"
_USUAL_PORTS = {"http": 80, "https": 443}
_ORIGIN = (
    "an origin looks like https://shop.example or https://shop.example:8443, "
    "with nothing before or after; a name that is not ASCII in its xn-- form"
)
_SLUG = r"^[a-z0-9][a-z0-9-]{0,39}$"


class SettingsWrong(Exception):
    """The settings cannot be used; each line of the message says what and where."""


def _listed(value: object) -> object:
    """A list in an environment variable: JSON, or words with commas between them."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [word.strip() for word in value.split(",") if word.strip()]


def _origin(value: object) -> object:
    """An origin as browsers send it: lower case, host in ASCII, no port that goes without saying."""
    if not isinstance(value, str):
        return value
    try:
        split = urlsplit(value)
        host, port = _host(split.hostname or ""), split.port
    except ValueError:
        raise ValueError(_ORIGIN) from None
    beyond = split.path.strip("/") or split.query or split.fragment or "@" in split.netloc
    if split.scheme not in _USUAL_PORTS or beyond:
        raise ValueError(_ORIGIN)
    return f"{split.scheme}://{host}" + ("" if port in (None, _USUAL_PORTS[split.scheme]) else f":{port}")


def _host(written: str) -> str:
    if ":" in written:
        return f"[{ipaddress.IPv6Address(written)}]"
    host = written.encode("idna").decode()
    # Names that browsers write in another way than this (straße) do not come back as they were.
    if not re.fullmatch(_HOST, host) or (host != written and host.encode().decode("idna") != written):
        raise ValueError(written)
    return host


Listed = BeforeValidator(_listed)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Origin = Annotated[str, BeforeValidator(_origin)]
Slug = Annotated[str, Field(pattern=_SLUG)]


class Section(BaseModel):
    """Base of every group of settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Server(Section):
    """Where Zuruf listens, and how browsers reach it."""

    host: str = Field(default="127.0.0.1", description="Address to listen on. Anything but loopback needs TLS.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on. 0 takes a free one.")
    public_url: Origin | None = Field(
        default=None, description="What browsers type, if that is not host and port: `https://call.example`."
    )
    trusted_proxies: Annotated[tuple[Network, ...], Listed] = Field(
        default=(), description="Addresses or networks of reverse proxies whose `X-Forwarded-*` headers are believed."
    )
    drain_seconds: int = Field(
        default=5, ge=0, le=600, description="How long a stopping server waits for its sockets to leave."
    )


class Tls(Section):
    """HTTPS by Zuruf itself. Browsers give camera and microphone to HTTPS and to localhost only."""

    cert: Path | None = Field(default=None, description="Certificate chain, PEM.")
    key: Path | None = Field(default=None, description="Its private key, PEM.")
    self_signed: bool = Field(
        default=False, description="Make a certificate in the data directory, for phones on the local network."
    )

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key belong together; one of them is missing")
        if self.self_signed and self.cert is not None:
            raise ValueError("self_signed and cert exclude each other; say which you mean")
        return self

    @property
    def is_on(self) -> bool:
        """Whether Zuruf speaks HTTPS itself."""
        return self.self_signed or self.cert is not None


class Turn(Section):
    """TURN servers, for visitors and agents whose networks block the direct way. None by default."""

    urls: Annotated[tuple[str, ...], Listed] = Field(
        default=(),
        description="As in `turn:turn.example:3478?transport=udp`, `…?transport=tcp`, "
        "`turns:turn.example:443?transport=tcp`; also `stun:…`.",
    )
    secret: SecretStr | None = Field(
        default=None, description="The `static-auth-secret` of coturn. Credentials made with it expire."
    )
    ttl_seconds: int = Field(
        default=3600, ge=60, le=86_400, description="How long credentials are good for. Browsers fetch new ones before."
    )

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        for url in self.urls:
            if not url.startswith(("turn:", "turns:", "stun:", "stuns:")):
                raise ValueError(f"{url} is not a turn:, turns: or stun: address")
        if any(url.startswith("turn") for url in self.urls) and self.secret is None:
            raise ValueError("turn servers are set, but turn.secret is not")
        return self


class Postgres(Section):
    """The database of the scaled form. Everything that must not be lost stands there."""

    url: SecretStr | None = Field(default=None, description="`postgresql://user:password@host:5432/zuruf`.")

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if self.url is not None and not self.url.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("postgres.url has to begin with postgresql://")
        return self


class Redis(Section):
    """How processes of the scaled form wake each other and keep limits together: Redis or Valkey.

    Nothing is kept there for longer than a minute.
    """

    url: SecretStr | None = Field(default=None, description="`redis://host:6379`, `rediss://…` with TLS.")
    channel: str = Field(
        default="zuruf", pattern=r"^[a-z0-9:_-]{1,64}$", description="The same for all processes on one database."
    )

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if self.url is not None and not self.url.get_secret_value().startswith(("redis://", "rediss://")):
            raise ValueError("redis.url has to begin with redis:// or rediss://")
        return self


class Notices(Section):
    """How callers are told who left the page and kept their place: by mail, or by a program of yours.

    Without either, callbacks by link are not offered.
    """

    smtp_host: str | None = Field(default=None, description="Mail server that takes our mail.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port; usually 587 with `starttls`, 465 `tls`.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is encrypted. `none` is for a server on this machine only."
    )
    smtp_user: str = Field(default="", description="Name to sign in with, if it wants one.")
    smtp_password: SecretStr | None = Field(default=None, description="Its password.")
    sender: str | None = Field(default=None, description="Who writes: `Shop <service@shop.example>`.")
    webhook_url: str | None = Field(
        default=None, description="Instead of mail: an address that notices are posted to, signed."
    )
    webhook_secret: SecretStr | None = Field(default=None, description="Signs them; at least 32 characters.")

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if self.smtp_host is not None and self.webhook_url is not None:
            raise ValueError("smtp_host and webhook_url exclude each other; say which you mean")
        if self.smtp_host is not None:
            if self.sender is None or not is_mail_address(parseaddr(self.sender)[1]):
                raise ValueError("smtp_host is set, which needs a sender, as in `Shop <service@shop.example>`")
            if self.smtp_tls == "none" and not is_loopback(self.smtp_host):
                raise ValueError("smtp_tls is 'none', but smtp_host is another machine: links would be readable by all")
        if self.webhook_url is not None:
            split = urlsplit(self.webhook_url)
            is_safe = split.scheme == "https" or (split.scheme == "http" and is_loopback(split.hostname or ""))
            if not split.hostname or not is_safe:
                raise ValueError("webhook_url has to begin with https://, unless it is on this machine")
            if self.webhook_secret is None or len(self.webhook_secret.get_secret_value()) < LEAST_SECRET:
                raise ValueError(f"webhook_url needs a webhook_secret of at least {LEAST_SECRET} characters")
        return self

    @property
    def is_on(self) -> bool:
        """Whether callers can be told anything."""
        return self.smtp_host is not None or self.webhook_url is not None


class Limits(Section):
    """How much anybody may ask for. What is above is refused with 429, in words."""

    contacts_per_minute_per_address: int = Field(
        default=30, ge=1, description="New contacts from one address prefix (IPv4 /24, IPv6 /56), also as a burst."
    )
    contacts_per_minute_per_site: int = Field(
        default=600, ge=1, description="New contacts of a whole site, also as a burst."
    )
    requests_per_minute_per_address: int = Field(
        default=1200, ge=1, description="Other requests to `/api` from one address prefix, also as a burst."
    )
    contacts_per_visitor: int = Field(
        default=1,
        ge=1,
        description="Open contacts that one visitor may have at once, in sites that begin. Each tab counts as a "
        "visitor of its own.",
    )
    wrong_passwords: int = Field(
        default=5, ge=1, description="Wrong passwords before an account is locked; then longer with each further one."
    )


class Retention(Section):
    """How long things are kept. Deleted every hour when their time is over."""

    journal_days: int = Field(
        default=30, ge=1, description="Facts, decisions and forecasts of waits. They hold nothing personal."
    )
    visitor_days: int = Field(
        default=90, ge=1, description="What visitors said of themselves: name, topic, page. Open contacts are kept."
    )
    audit_days: int = Field(
        default=365, ge=1, description="The words of audit entries. That something was done stays recorded."
    )


class Log(Section):
    """What is written to standard error, one line an event."""

    format: Literal["auto", "json", "console"] = Field(
        default="auto", description="`auto` is `console` on a terminal and `json` elsewhere."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="The least that is logged.")


class Metrics(Section):
    """`/metrics`, in the format of Prometheus."""

    token: SecretStr | None = Field(
        default=None, description="`Authorization: Bearer …` that opens it from elsewhere. Loopback needs none."
    )


class Webhooks(Section):
    """Requests to addresses that administrators of sites name."""

    private_networks: Annotated[tuple[Network, ...], Listed] = Field(
        default=(),
        description="Networks that may be asked although they are private, also without TLS. Everywhere else: "
        "public addresses and HTTPS only.",
    )


class GroupNames(Section):
    """A group's name in the languages that visitors see."""

    de: Annotated[str, Field(min_length=1, max_length=100)] = Field(description="German.")
    en: Annotated[str, Field(min_length=1, max_length=100)] = Field(description="English.")


class GroupSettings(Section):
    """One ACD group of a site."""

    id: Slug = Field(description="Its name in programs and addresses.")
    names: GroupNames = Field(description="Its names for people.")
    channels: tuple[Literal["voice", "video"], ...] = Field(
        default=("voice", "video"), min_length=1, description="How it can be called."
    )
    is_open: bool = Field(default=True, description="A closed group takes no new contacts.")
    max_waiting: int = Field(default=1000, ge=1, description="New contacts are refused when so many wait.")
    ring_seconds: int = Field(default=20, ge=3, le=300, description="How long an agent's desk rings.")
    wrap_up_seconds: int = Field(default=60, ge=0, le=3600, description="Longest wrap-up; 0 for none.")
    declined_seconds: int = Field(
        default=10, ge=0, le=3600, description="How long an agent who declined is left alone by this group."
    )
    turn_only: bool = Field(
        default=False, description="Browsers may use TURN only: neither end learns the other's address."
    )


class Terms(Section):
    """What visitors read before their first call."""

    de: Annotated[str, Field(min_length=1, max_length=4000)] = Field(description="German; both languages, or neither.")
    en: Annotated[str, Field(min_length=1, max_length=4000)] = Field(description="English.")


class SiteSettings(Section):
    """A site: one customer organisation. Its groups are what it begins with: from the first start on, its
    configuration is in the database and changed through REST. Agents are added by `zuruf user add`.
    """

    id: Slug = Field(description="Public key of the site; what the widget carries as `data-site`.")
    name: str = Field(default="", max_length=100, description="Its name for people; the id if empty.")
    origins: tuple[Origin, ...] = Field(
        default=(), description="Origins of the pages that may embed the widget, as `https://shop.example`."
    )
    privacy_url: str | None = Field(
        default=None, description="Its privacy notice; a link to it then stands beside the buttons that call."
    )
    terms: Terms | None = Field(
        default=None, description="What visitors read before their first call on a page; without it nothing is asked."
    )
    groups: tuple[GroupSettings, ...] = Field(min_length=1, description="Its groups, as `[[site.groups]]`.")

    @model_validator(mode="after")
    def _privacy_is_a_page(self) -> Self:
        if self.privacy_url is not None:
            split = urlsplit(self.privacy_url)
            if split.scheme not in ("https", "http") or not split.hostname:
                raise ValueError("privacy_url has to be the address of a page, as https://shop.example/privacy")
        return self

    @model_validator(mode="after")
    def _no_group_twice(self) -> Self:
        if twice := _twice(group.id for group in self.groups):
            raise ValueError(f"group {twice} is there twice")
        return self


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    mode: Literal["embedded", "scaled"] = Field(
        default="embedded",
        description="The form this process runs in: `embedded`, one process with its own database; `scaled`, "
        "several that share PostgreSQL and Redis. Never guessed from other settings.",
    )
    demo: bool = Field(
        default=False, description="Serve the demo site, whose passwords everybody knows. Binds loopback only."
    )
    data_dir: Path = Field(
        default=Path("data"), description="Directory of the database and of keys. In demo mode `data/demo`."
    )
    secret: SecretStr | None = Field(
        default=None,
        description="Signs tokens; at least 32 characters. Made once and kept in the data directory if not set. "
        "In the scaled form it has to be set, the same for every process.",
    )
    server: Server = Field(default=Server(), description=Server.__doc__)
    tls: Tls = Field(default=Tls(), description=Tls.__doc__)
    turn: Turn = Field(default=Turn(), description=Turn.__doc__)
    postgres: Postgres = Field(default=Postgres(), description=Postgres.__doc__)
    redis: Redis = Field(default=Redis(), description=Redis.__doc__)
    notices: Notices = Field(default=Notices(), description=Notices.__doc__)
    limits: Limits = Field(default=Limits(), description=Limits.__doc__)
    retention: Retention = Field(default=Retention(), description=Retention.__doc__)
    log: Log = Field(default=Log(), description=Log.__doc__)
    metrics: Metrics = Field(default=Metrics(), description=Metrics.__doc__)
    webhooks: Webhooks = Field(default=Webhooks(), description=Webhooks.__doc__)
    site: tuple[SiteSettings, ...] = Field(default=(), description=SiteSettings.__doc__)

    @model_validator(mode="after")
    def _contradict_nothing(self) -> Self:
        if self.secret is not None and len(self.secret.get_secret_value()) < LEAST_SECRET:
            raise ValueError(f"secret is too short; it needs at least {LEAST_SECRET} characters")
        if twice := _twice(site.id for site in self.site):
            raise ValueError(f"site {twice} is there twice")
        self._be_of_one_form()
        if self.demo:
            if not is_loopback(self.server.host):
                raise ValueError("demo mode has passwords that everybody knows; it listens on loopback only")
            if self.site:
                raise ValueError("demo mode brings its own site; leave [[site]] out, or demo")
        if not self.tls.is_on and not is_loopback(self.server.host):
            behind_tls = self.server.public_url is not None and self.server.public_url.startswith("https://")
            if not (behind_tls and self.server.trusted_proxies):
                raise ValueError(
                    f"listening on {self.server.host} without TLS: browsers would refuse camera and sign-in there. "
                    "Set tls.cert and tls.key, or --tls-self-signed, or, behind a proxy that speaks HTTPS, "
                    "server.public_url (https://…) and server.trusted_proxies"
                )
        return self

    def _be_of_one_form(self) -> None:
        needed = {"postgres.url": self.postgres.url, "redis.url": self.redis.url}
        if self.mode == "embedded":
            if given := [key for key, value in needed.items() if value is not None]:
                raise ValueError(
                    f"{' and '.join(given)} set, but mode is 'embedded', which uses neither; "
                    "set mode to 'scaled', or leave them out"
                )
            return
        if missing := [key for key, value in (needed | {"secret": self.secret}).items() if value is None]:
            raise ValueError(f"mode is 'scaled', which needs {', '.join(missing)}: the same for every process")

    @property
    def is_for_this_machine(self) -> bool:
        """Whether everybody who gets here is on this machine: loopback, and no proxy that others go through."""
        server = self.server
        return is_loopback(server.host) and server.public_url is None and not server.trusted_proxies

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "zuruf.sqlite3"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and where each value came from (``default``, a file, a variable, an option)."""

    settings: Settings
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Documented:
    """A setting as the reference shows it."""

    key: str
    variable: str
    field: FieldInfo


def load(
    environ: Mapping[str, str], *, directory: Path, options: Mapping[str, tuple[str, object]] | None = None
) -> Loaded:
    """Read everything there is.

    Args:
        environ: The process's environment.
        directory: Where ``zuruf.toml`` is looked for, unless ``ZURUF_CONFIG`` names a file.
        options: From the command line: key (``server.port``) to (option's name, value).

    Raises:
        SettingsWrong: If something in it cannot be used.
    """
    file, from_file = _read_file(environ, directory)
    variables = _read_environment(environ)
    given = dict(options or {})
    layers: list[dict[str, Any]] = [
        _nested({key: value for key, (_, value) in given.items()}),
        _nested({key: environ[name] for key, name in variables.items()}),
        from_file,
    ]

    class Layered(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: Any, **__: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return tuple(_Layer(settings_cls, values) for values in layers)

    try:
        settings: Settings = Layered()
    except ValidationError as wrong:
        raise SettingsWrong("\n".join(_sentences(wrong, variables))) from None

    sources: dict[str, str] = {}
    from_file_keys = set(_flat(from_file))
    for item in documented():
        if item.key in given:
            sources[item.key] = given[item.key][0]
        elif item.key in variables:
            sources[item.key] = variables[item.key]
        elif item.key in from_file_keys:
            sources[item.key] = str(file)
        else:
            sources[item.key] = "default"
    if settings.demo and sources["data_dir"] == "default":
        settings = settings.model_copy(update={"data_dir": settings.data_dir / "demo"})
        sources["data_dir"] = "demo mode"
    return Loaded(settings, sources)


def documented(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[Documented]:
    """Every single setting, in the order of the code. Lists of tables count as one."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from documented(field.annotation, f"{prefix}{name}.")
        else:
            key = prefix + name
            yield Documented(key, PREFIX + key.upper().replace(".", "__"), field)


def shown(loaded: Loaded) -> Iterator[tuple[str, str, str]]:
    """Key, value and source of every setting, fit for other people's eyes."""
    for item in documented():
        value: Any = loaded.settings
        for part in item.key.split("."):
            value = getattr(value, part)
        yield item.key, _readable(value), loaded.sources[item.key]


def is_mail_address(written: str) -> bool:
    """Whether a mail could be sent there: one plain address, nothing around it."""
    return re.match(MAIL_PATTERN, written) is not None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Layer(PydanticBaseSettingsSource):
    """One source's values, already read."""

    def __init__(self, settings_cls: type[BaseSettings], values: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._values = values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._values.get(field_name), field_name, self.field_is_complex(field)

    def __call__(self) -> dict[str, Any]:
        return self._values


def _read_file(environ: Mapping[str, str], directory: Path) -> tuple[Path, dict[str, Any]]:
    named = environ.get(CONFIG_VARIABLE)
    file = Path(named) if named else directory / CONFIG_FILE
    try:
        return file, tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        if named:
            raise SettingsWrong(f"{CONFIG_VARIABLE} names {file}, which does not exist.") from None
        return file, {}
    except tomllib.TOMLDecodeError as why:
        raise SettingsWrong(f"{file} is not valid TOML: {why}. Correct it there.") from None
    except UnicodeDecodeError:
        raise SettingsWrong(f"{file} is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as why:
        raise SettingsWrong(
            f"{file} cannot be read: {why.strerror}. Mend that, or name another file with {CONFIG_VARIABLE}."
        ) from None


def _read_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Setting to variable, for every ``ZURUF_`` variable there is."""
    known = {item.variable: item.key for item in documented()}
    found: dict[str, str] = {}
    unknown: list[str] = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        if name in known:
            found[known[name]] = name
        else:
            near = difflib.get_close_matches(name, known, n=1)
            unknown.append(f"{name} is not a setting." + (f" Did you mean {near[0]}?" if near else ""))
    if unknown:
        raise SettingsWrong("\n".join(unknown))
    return found


def _sentences(wrong: ValidationError, variables: Mapping[str, str]) -> Iterator[str]:
    known = [item.key for item in documented()]
    for error in wrong.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in error["loc"])
        where = next((name for setting, name in variables.items() if key == setting), key)
        says = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            near = difflib.get_close_matches(key, known, n=1)
            says = "is not a setting." + (f" Did you mean {near[0]}?" if near else "")
            yield f"{where} {says}"
        else:
            yield f"{where}: {says}" if where else says


def _nested(flat: Mapping[str, object]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in flat.items():
        *sections, name = key.split(".")
        inner = nested
        for section in sections:
            inner = inner.setdefault(section, {})
        inner[name] = value
    return nested


def _flat(nested: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in nested.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def _readable(value: object) -> str:
    if isinstance(value, SecretStr):
        return _STARS
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(item.id if isinstance(item, SiteSettings) else str(item) for item in value) or "-"
    return str(value)


def _twice(names: Iterator[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
