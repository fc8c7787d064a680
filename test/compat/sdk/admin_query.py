"""Manager GraphQL API, "Query Example": a page of one access key's sessions with their containers.

Corrected: a ComputeSession has `status_changed`, not `status_updated`.
"""
import json
import os
import sys

from ai.backend.client.session import Session

QUERY = """
query($limit: Int!, $offset: Int!, $ak: String, $status: String) {
  compute_session_list(limit: $limit, offset: $offset, access_key: $ak, status: $status) {
    total_count
    items {
      id name type user_email status status_info status_changed
      containers { id role agent }
    }
  }
}
"""

with Session() as api:
    kernel = api.ComputeSession.get_or_create(sys.argv[1], name="mysession")
    try:
        variables = {
            "limit": 10,
            "offset": 0,
            "ak": os.environ["BACKEND_ACCESS_KEY"],
            "status": "RUNNING",
        }
        answer = api.Admin.query(QUERY, variables)
        print(json.dumps({"id": str(kernel.id), "list": answer["compute_session_list"]}))
    finally:
        kernel.destroy()
