"""Receive NetBox's webhooks and pass each on to Diode as a hint that an object changed.

Needs flask and requests. Point a NetBox webhook at http://HOST:5000/webhook/netbox-update.
NetBox can also post to Diode itself (/api/v1/ingest/webhook, signed with DIODE_WEBHOOK_SECRET); this is for networks where it cannot.

Settings: DIODE_URL, DIODE_CLIENT_ID, DIODE_CLIENT_SECRET; NETBOX_WEBHOOK_SECRET checks NetBox's signature; PORT (5000), HOST (127.0.0.1).
"""

import hashlib
import hmac
import os
import sys

from flask import Flask, jsonify, request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from python_client import DiodeClient  # noqa: E402

app = Flask(__name__)
_client = None


def diode():
    """The client, made at the first event, so that the receiver starts when Diode is away."""
    global _client
    if _client is None:
        _client = DiodeClient(
            base_url=os.environ.get("DIODE_URL", "http://localhost:8080"),
            client_id=os.environ["DIODE_CLIENT_ID"],
            client_secret=os.environ["DIODE_CLIENT_SECRET"],
        )
    return _client


def signature_is_good(body):
    """NetBox signs the raw body with HMAC-SHA512. Without a secret here nothing is checked."""
    secret = os.environ.get("NETBOX_WEBHOOK_SECRET")
    if not secret:
        return True
    expected = hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
    return hmac.compare_digest(expected, request.headers.get("X-Hook-Signature", ""))


@app.route("/webhook/netbox-update", methods=["POST"])
def handle_netbox_webhook():
    """Take NetBox's event and send the seed's shape to Diode."""
    if not signature_is_good(request.get_data()):
        return jsonify({"status": "error", "message": "the signature does not match"}), 401
    event = request.get_json(silent=True)
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        return jsonify({"status": "error", "message": "not a NetBox event"}), 400
    hint = {
        "source": "netbox_webhook",
        "event_type": event.get("event"),
        "model_type": event.get("object_type") or event.get("model"),
        "data": event["data"],
        "timestamp": event.get("timestamp"),
    }
    try:
        taken = diode().ingest_webhook_data(hint)
    except Exception as error:  # NetBox shows this text to the person who looks into the webhook
        return jsonify({"status": "error", "message": str(error)}), 502
    return jsonify({"status": "success" if taken else "error"}), 200 if taken else 502


if __name__ == "__main__":
    app.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "5000")))
