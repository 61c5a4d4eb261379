"""How a page looks, and the headers that let it do nothing else."""

import base64
import hashlib

STYLE = (
    "body{font:1rem/1.4 system-ui,sans-serif;color:#1b1b1b;background:#fff;max-width:80rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.6rem}h2{font-size:1.3rem;margin-top:2.5rem}h3{font-size:1.1rem}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;margin:.5rem 0 1rem}"
    "caption{text-align:left;font-weight:600;padding:.25rem 0}"
    "th,td{border:1px solid #6b6b6b;padding:.25rem .5rem;text-align:left;vertical-align:top;"
    "font-variant-numeric:tabular-nums;overflow-wrap:anywhere;min-width:3.5rem}"
    "thead th{background:#f1f1f1}tbody th{font-weight:400}.sources{color:#4a4a4a;font-size:.85rem}a{color:#0b5394}"
    ":focus-visible{outline:3px solid #0b5394;outline-offset:2px}"
    "@media print{@page{size:A4 landscape;margin:1.5cm}body{font-size:.75rem;max-width:none;margin:0}"
    ".wide{overflow:visible}thead{display:table-header-group}tr,h2,h3,caption{break-inside:avoid}"
    "h2,h3,caption{break-after:avoid}}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
