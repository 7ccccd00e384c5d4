"""Small pages for people: plain HTML that loads nothing, runs nothing and is kept nowhere."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from fastapi.responses import HTMLResponse

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:14vh auto;padding:0 1.5rem}"
    "h1{font-size:1.5rem;line-height:1.3;border-left:.3rem solid;padding-left:.8rem}"
    ".good h1{border-color:#2e7d32}.bad h1{border-color:#c62828}"
    "p{margin:.8rem 0}footer{margin-top:3rem;opacity:.6;font-size:.85rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body class="{mood}">
<main>
<h1>{title}</h1>
{paragraphs}
</main>
<footer>ml-connector</footer>
</body>
</html>
"""


def page(status: int, title: str, *paragraphs: str, links: Mapping[str, str] | None = None) -> HTMLResponse:
    """Returns a page; every text on it is escaped.

    Args:
        status: the HTTP status; below 400 all is well.
        title: what happened, in one line.
        paragraphs: what that means, and what to do; empty ones are left out.
        links: what they say -> paths on this server.
    """
    texts = [f"<p>{escape(one)}</p>" for one in paragraphs if one]
    texts += [f'<p><a href="{escape(path)}">{escape(said)}</a></p>' for said, path in (links or {}).items()]
    content = _PAGE.format(
        title=escape(title), style=_STYLE, mood="good" if status < 400 else "bad", paragraphs="\n".join(texts)
    )
    return HTMLResponse(content, status_code=status, headers=PRIVATE)
