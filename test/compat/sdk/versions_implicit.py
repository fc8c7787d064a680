"""Developer guides, "Implicit configuration from environment variables"."""
import json

from ai.backend.client.session import Session

with Session() as api:
    print(json.dumps(api.System.get_versions()))
