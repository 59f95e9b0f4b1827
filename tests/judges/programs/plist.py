"""Reads a configuration profile and prints what it installs, as JSON."""

import hashlib
import json
import plistlib
import sys
import uuid

with open(sys.argv[1], "rb") as file:
    profile = plistlib.load(file)

(payload,) = profile["PayloadContent"]
ours = [profile, payload]
print(
    json.dumps(
        {
            "types": [part["PayloadType"] for part in ours],
            "versions": [part["PayloadVersion"] for part in ours],
            "names": [part["PayloadDisplayName"] for part in ours],
            "identifiers": len({part["PayloadIdentifier"] for part in ours}),
            "uuids": len({uuid.UUID(part["PayloadUUID"]) for part in ours}),
            "sha256": hashlib.sha256(payload["PayloadContent"]).hexdigest(),
        }
    )
)
