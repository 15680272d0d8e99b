"""A project of a thousand servers, made before this script began: web-0001 and on, every tenth with tier=front."""

from judge import client, done, same

everyone = client.servers.get_all()
same("all", len(everyone), 1000)
same("all, once each", len({server.id for server in everyone}), 1000)
same("names", sorted(server.name for server in everyone)[:: 333], ["web-0001", "web-0334", "web-0667", "web-1000"])
page = client.servers.get_list(page=2, per_page=50)
same("page", len(page.servers), 50)
pagination = page.meta.pagination
same("around it", (pagination.page, pagination.per_page, pagination.previous_page, pagination.next_page, pagination.last_page, pagination.total_entries),
     (2, 50, 1, 3, 20, 1000))
same("behind the last", client.servers.get_list(page=21, per_page=50).servers, [])
same("last", client.servers.get_list(page=20, per_page=50).meta.pagination.next_page, None)

for selector, expected in [
        ("tier=front", 100), ("tier==front", 100), ("tier!=front", 900), ("tier", 1000), ("!tier", 0), ("tier in (front,back)", 1000),
        ("tier notin (front)", 900), ("tier=front,number in (10,20,30)", 3), ("number=7", 1), ("number=7,tier=front", 0)]:
    same(f"selected by {selector}", len(client.servers.get_all(label_selector=selector)), expected)
same("by name", client.servers.get_by_name("web-0500").labels["number"], "500")
same("by status", len(client.servers.get_all(status=["off"])), 1000)
done()
