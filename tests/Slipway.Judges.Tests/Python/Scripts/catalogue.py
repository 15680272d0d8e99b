from judge import client, done, refused, same

same("locations", [location.name for location in client.locations.get_all()], ["fsn1", "nbg1", "hel1", "ash", "hil", "sin"])
same("location", (client.locations.get_by_name("hel1").country, client.locations.get_by_id(3).network_zone), ("FI", "eu-central"))
cx23 = client.server_types.get_by_name("cx23")
same("type", (cx23.cores, cx23.memory, cx23.disk, cx23.cpu_type, cx23.storage_type, cx23.deprecated), (2, 4.0, 40, "shared", "local", False))
same("prices", {p["location"] for p in cx23.prices}, {"fsn1", "nbg1", "hel1"})
same("price is a text", isinstance(cx23.prices[0]["price_hourly"]["gross"], str), True)
same("an old type", client.server_types.get_by_name("cx22").deprecated, True)
same("iso", client.isos.get_by_name("ipxe.iso").type, "public")
same("image", client.images.get_by_name("debian-12").os_version, "12")
refused("datacenters ended", "deprecated_api_endpoint", "", client.datacenters.get_all)
same("nobody", client.servers.get_by_name("nobody"), None)
done()
