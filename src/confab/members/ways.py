"""By which way customers who connect say who they are, and why there may be none. Rules CS1, CS2."""

from confab.model.library import Way
from confab.settings import Settings


def way(settings: Settings) -> Way:
    """The one that counts: the company's own page, else a provider, else a code by mail."""
    return "page" if settings.member_page else "oidc" if settings.oidc_issuer else "mail"


def why_off(settings: Settings) -> str | None:
    """What an operator has to set before anybody can connect; None when nothing is missing."""
    if settings.public_url is None:
        return "CONFAB_PUBLIC_URL is not set, so no link could lead here."
    match way(settings):
        case "page":
            return None if settings.member_page_key else "CONFAB_MEMBER_PAGE needs CONFAB_MEMBER_PAGE_KEY."
        case "oidc":
            return None if settings.oidc_client_id else "CONFAB_OIDC_ISSUER needs CONFAB_OIDC_CLIENT_ID."
        case "mail":
            if settings.smtp_url is None:
                return "Neither CONFAB_SMTP_URL is set, nor CONFAB_OIDC_ISSUER, nor CONFAB_MEMBER_PAGE: nobody could sign in."
            return None if settings.mail_from else "CONFAB_SMTP_URL needs CONFAB_MAIL_FROM."
