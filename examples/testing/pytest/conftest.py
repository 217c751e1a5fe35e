"""A broker for the tests of a Python program: `rolecall serve --dev --ready-file`, and instances to steer."""
import json
import os
import pathlib
import subprocess
import time
import urllib.request

import pytest

# The installed command; here, that of the checkout.
ROLECALL = os.environ.get("ROLECALL", "npx rolecall").split()
DIRECTORY = pathlib.Path(__file__).parent.parent / "instances.yaml"
FREE = "127.0.0.1:0"


class Broker:
    def __init__(self, ready):
        self.addresses = ready["addresses"]
        self.token = ready["operatorToken"]

    def call(self, method, path, body=None):
        """A call of the admin listener, as the operator."""
        request = urllib.request.Request(
            self.addresses["admin"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def advance(self, duration):
        self.call("POST", "/clock", {"advance": duration})


class Instance:
    def __init__(self, broker, id):
        self.broker, self.path = broker, f"/instances/{id}"

    def steer(self, **changes):
        self.broker.call("PATCH", self.path, changes)

    def reset(self):
        self.broker.call("DELETE", self.path)

    def rotate_now(self):
        self.broker.call("POST", f"{self.path}/rotate")

    def expire_now(self):
        self.broker.call("POST", f"{self.path}/expire")

    def requests(self):
        return self.broker.call("GET", f"{self.path}/requests")["requests"]


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    ready_file = tmp_path_factory.mktemp("rolecall") / "ready.json"
    listen = ["--listen", FREE, "--metadata-listen", FREE, "--admin-listen", FREE]
    command = [*ROLECALL, "serve", "--dev", "--data", ":memory:", "--directory", DIRECTORY, "--ready-file", ready_file]
    process = subprocess.Popen([*command, *listen], stdout=subprocess.DEVNULL)
    while not ready_file.exists():
        assert process.poll() is None, "the broker did not start"
        time.sleep(0.05)
    yield Broker(json.loads(ready_file.read_text()))
    process.terminate()
    process.wait()


@pytest.fixture
def instance(broker, monkeypatch):
    """The environment of a program on the instance; everything about it is as usual again afterwards."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", broker.addresses["api"])
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", broker.addresses["metadata"])
    steered = Instance(broker, "i-0123456789abcdef0")
    yield steered
    steered.reset()
