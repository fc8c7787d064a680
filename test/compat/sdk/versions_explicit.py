"""Developer guides, "Explicit configuration": the endpoint is an argument, the keys stay in the environment."""
import json
import sys

from ai.backend.client.config import APIConfig
from ai.backend.client.session import Session

settings = APIConfig(endpoint=sys.argv[1], endpoint_type="api", domain="default", group="default")
with Session(config=settings) as api:
    print(json.dumps(api.System.get_versions()))
