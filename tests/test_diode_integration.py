"""The seed's integration test with more to say: device ingestion and sync status against a running Diode.

Usage: DIODE_CLIENT_ID=... DIODE_CLIENT_SECRET=... python3 -m unittest tests/test_diode_integration.py
"""

import os
import time
import unittest

import requests

TERMINAL = {"completed", "attention"}


class DiodeIntegrationTests(unittest.TestCase):
    def setUp(self):
        self.diode_url = os.environ.get("DIODE_URL", "http://localhost:8080")
        self.issuer_url = os.environ.get("HYDRA_PUBLIC_URL", "http://localhost:4444")
        response = requests.post(
            f"{self.issuer_url}/oauth2/token",
            data={"grant_type": "client_credentials", "scope": "read write"},
            auth=(os.environ.get("DIODE_CLIENT_ID", "test-client"), os.environ.get("DIODE_CLIENT_SECRET", "test-secret")),
            timeout=30,
        )
        self.headers = {"Authorization": f"Bearer {response.json()['access_token']}"}

    def test_device_ingestion(self):
        response = requests.post(
            f"{self.diode_url}/api/v1/ingest/devices",
            headers=self.headers,
            json={
                "source": "test",
                "data": {"name": "test-switch-01", "device_type": "Test Switch", "site": "Test Site", "serial": "TEST123456"},
            },
            timeout=30,
        )
        self.assertEqual(response.status_code, 202)
        status = self.wait_for(response.json()["sync_id"])
        self.assertEqual(status["status"], "completed", status)
        self.assertIn(status["entities"][0]["state"], ("applied", "unchanged"))

    def test_sync_status(self):
        response = requests.get(f"{self.diode_url}/api/v1/sync/status", headers=self.headers, timeout=30)
        self.assertEqual(response.status_code, 200)
        self.assertIn(response.json()["status"], ("ok", "degraded", "stalled"))

    def test_without_a_token(self):
        response = requests.get(f"{self.diode_url}/api/v1/sync/status", timeout=30)
        self.assertEqual(response.status_code, 401)
        self.assertEqual(response.json()["code"], "unauthenticated")

    def wait_for(self, sync_id):
        for _ in range(100):
            response = requests.get(f"{self.diode_url}/api/v1/sync/{sync_id}/status", headers=self.headers, timeout=30)
            if response.json()["status"] in TERMINAL:
                break
            time.sleep(0.2)
        return response.json()


if __name__ == "__main__":
    unittest.main()
