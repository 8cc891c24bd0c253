"""Which way to people the settings chose."""

from gateway.clock import Clock
from gateway.notices.mail import MailNotices, MailServer
from gateway.notices.port import Notices
from gateway.notices.webhook import WebhookNotices
from gateway.settings import Notices as NoticesSettings


def chosen(settings: NoticesSettings, clock: Clock) -> Notices | None:
    """The adapter; ``None`` if there is none, and then nobody is promised a callback by link."""
    if settings.smtp_host is not None:
        assert settings.sender is not None, "settings see to it"
        password = settings.smtp_password
        return MailNotices(
            MailServer(
                host=settings.smtp_host,
                port=settings.smtp_port,
                sender=settings.sender,
                tls=settings.smtp_tls,
                user=settings.smtp_user,
                password=password.get_secret_value() if password is not None else "",
            )
        )
    if settings.webhook_url is not None:
        assert settings.webhook_secret is not None, "settings see to it"
        return WebhookNotices(settings.webhook_url, settings.webhook_secret.get_secret_value(), clock=clock)
    return None
