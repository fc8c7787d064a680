"""Developer guides, "Listing currently running compute sessions": page by page until the total is reached."""
import json
import sys

from ai.backend.client.session import Session

page_size = int(sys.argv[1])
pages = []
with Session() as api:
    seen = 0
    while True:
        page = api.ComputeSession.paginated_list(status="RUNNING", page_offset=seen, page_size=page_size)
        if page.total_count == 0:
            break
        pages.append([item["id"] for item in page.items])
        seen += len(page.items)
        if seen >= page.total_count:
            break
print(json.dumps(pages))
