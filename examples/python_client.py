"""Send a device to Diode and wait for its receipt, with nothing but requests.

Usage: DIODE_CLIENT_ID=... DIODE_CLIENT_SECRET=... python3 examples/python_client.py
Other settings: DIODE_URL (http://localhost:8080), DIODE_TOKEN_URL (DIODE_URL/diode/auth/token).
"""

import os
import sys
import time
from datetime import datetime, timezone

import requests

TIMEOUT_SECONDS = 30


class DiodeClient:
    """A client that fetches its token when it needs one and once more when Diode says it is no longer good."""

    def __init__(self, base_url, client_id, client_secret, token_url=None):
        self.base_url = base_url.rstrip("/")
        self.token_url = token_url or f"{self.base_url}/diode/auth/token"
        self.client_id = client_id
        self.client_secret = client_secret
        self.session = requests.Session()
        self.authenticate()

    def authenticate(self):
        """Get an access token by OAuth2 client credentials."""
        response = self.session.post(
            self.token_url,
            data={
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "scope": "read write",
            },
            timeout=TIMEOUT_SECONDS,
        )
        if response.status_code != 200:
            raise RuntimeError(f"no token for {self.client_id}: HTTP {response.status_code} {response.text}")
        self.session.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    def request(self, method, path, **options):
        """One call; a token that ran out is renewed, a busy Diode is waited for."""
        for attempt in range(5):
            response = self.session.request(method, f"{self.base_url}{path}", timeout=TIMEOUT_SECONDS, **options)
            if response.status_code == 401 and attempt == 0:
                self.authenticate()
            elif response.status_code in (429, 502, 503, 504):
                time.sleep(min(float(response.headers.get("Retry-After", 1)), 10))
            else:
                return response
        return response

    def ingest(self, collection, data, source, wait=None, idempotency_key=None):
        """Assert one object or a list of a collection. Gives the answer of Diode as a dict."""
        body = {"source": source, "timestamp": datetime.now(timezone.utc).isoformat(), "data": data}
        response = self.request(
            "POST",
            f"/api/v1/ingest/{collection}",
            json=body,
            params={"wait": wait} if wait else None,
            headers={"Idempotency-Key": idempotency_key} if idempotency_key else None,
        )
        if response.status_code not in (200, 202):
            raise RuntimeError(f"refused: HTTP {response.status_code} {response.text}")
        return response.json()

    def ingest_device_data(self, device, source="external_system"):
        """True when Diode has stored the device."""
        return "sync_id" in self.ingest("devices", device, source)

    def ingest_webhook_data(self, event):
        """Pass on that something changed in NetBox. True when Diode took the hint."""
        return self.request("POST", "/api/v1/ingest/webhook", json=event).status_code == 202

    def query_sync_status(self, sync_id):
        """The receipts of a sync, or None when there is no such sync."""
        response = self.request("GET", f"/api/v1/sync/{sync_id}/status")
        return response.json() if response.status_code == 200 else None


def main():
    client = DiodeClient(
        base_url=os.environ.get("DIODE_URL", "http://localhost:8080"),
        client_id=os.environ["DIODE_CLIENT_ID"],
        client_secret=os.environ["DIODE_CLIENT_SECRET"],
        token_url=os.environ.get("DIODE_TOKEN_URL"),
    )
    answer = client.ingest(
        "devices",
        {
            "name": "switch-01",
            "device_type": "Cisco Catalyst 9300",
            "site": "DC1",
            "serial": "FCW1234A5B6",
            "management_ip": "10.1.1.100",
            "custom_fields": {"intent_managed": True, "automation_enabled": True},
        },
        source="external_system",
        wait="20s",
    )
    print(f"sync {answer['sync_id']}: {answer['status']}")
    for receipt in answer.get("entities", []):
        url = receipt["netbox"]["url"] if receipt["netbox"] else "-"
        print(f"{receipt['state']} {receipt['object_type']} {receipt['key']} {url}")
        for name, field in receipt["fields"].items():
            print(f"  {name}: {field['verdict']} ({field['reason']})")
    return 0 if answer["status"] in ("queued", "completed") else 1


if __name__ == "__main__":
    sys.exit(main())
