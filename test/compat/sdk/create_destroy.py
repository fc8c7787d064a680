"""Developer guides, "Creating and destroying a compute session": with folders and amounts of resources."""
import json
import sys

from ai.backend.client.session import Session

image, mounts, resources = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
with Session() as api:
    kernel = api.ComputeSession.get_or_create(image, mounts=mounts, resources=resources)
    seen = {"id": str(kernel.id)}
    fields = "name status mounts occupied_slots"
    query = f"query($id: UUID!) {{ compute_session(id: $id) {{ {fields} }} }}"
    seen["running"] = api.Admin.query(query, {"id": seen["id"]})["compute_session"]
    kernel.destroy()
    seen["destroyed"] = api.Admin.query(query, {"id": seen["id"]})["compute_session"]
print(json.dumps(seen))
