"""Manager REST API, "Signing API Requests" and its two examples of requests, with no client at all.

Corrected: a version that is still served, the header is X-BackendAI-Version, the host has its port, and the
failing request is a POST.
"""
import hashlib
import hmac
import http.client
import json
import os
from datetime import datetime, timezone
from urllib.parse import urlsplit

HOST = urlsplit(os.environ["BACKEND_ENDPOINT"]).netloc
VERSION = "v7.20230615"


def digest(key, text):
    return hmac.new(key, text.encode("utf8"), hashlib.sha256)


def signing_key(now):
    of_day = digest(os.environ["BACKEND_SECRET_KEY"].encode("utf8"), now.strftime("%Y%m%d")).digest()
    return digest(of_day, HOST).digest()


def authorization(method, target, now, date):
    lines = [
        method,
        target,
        date,
        f"host:{HOST}",
        "content-type:application/json",
        f"x-backendai-version:{VERSION}",
        hashlib.sha256(b"").hexdigest(),
    ]
    signature = digest(signing_key(now), "\n".join(lines)).hexdigest()
    return f"BackendAI signMethod=HMAC-SHA256, credential={os.environ['BACKEND_ACCESS_KEY']}:{signature}"


def send(method, target, signed):
    now = datetime.now(timezone.utc)
    date = now.strftime("%Y%m%dT%H:%M:%SZ")
    headers = {"Content-Type": "application/json", "X-BackendAI-Version": VERSION}
    if signed:
        headers |= {"Date": date, "Authorization": authorization(method, target, now, date)}
    else:
        headers |= {"X-BackendAI-Date": date}
    connection = http.client.HTTPConnection(HOST, timeout=30)
    connection.request(method, target, headers=headers)
    response = connection.getresponse()
    seen = {
        "status": response.status,
        "contentType": response.headers["Content-Type"],
        "limits": sorted(name.lower() for name in response.headers if name.lower().startswith("x-ratelimit-")),
        "body": json.loads(response.read()),
    }
    connection.close()
    return seen


print(
    json.dumps(
        {
            "version": send("GET", "/v7", True),
            "signed": send("GET", "/v7/auth/test?echo=signed", True),
            "unauthorized": send("POST", "/v7/kernel/create", False),
        }
    )
)
