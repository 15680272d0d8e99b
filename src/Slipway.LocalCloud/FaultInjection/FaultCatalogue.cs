namespace Slipway.LocalCloud.FaultInjection;

/// <summary>Every kind of fault there is: the side channel, the command line and the README are made from this list.</summary>
internal static class FaultCatalogue
{
    private static readonly FaultParameter Forever = new("times", FaultValue.Count, "0", "how often it strikes; 0: until it is taken back");

    private static readonly FaultParameter Action = new("action", FaultValue.Text, null, "an action's command, e.g. create_server; every one when left out");

    private static readonly FaultParameter Server = FaultParameter.OfScope(FaultScope.Machine)[0];

    private static readonly FaultParameter Place = new("location", FaultValue.Text, null, "e.g. fsn1; every location when left out");

    public static IReadOnlyList<FaultKind> All { get; } =
    [
        new("lost_answer", FaultScope.Wire, "The request is carried out, then the connection dies before its answer."),
        new("lost_request", FaultScope.Wire, "The connection dies before anything is done."),
        new("slow", FaultScope.Wire, "The answer comes late.", new FaultParameter("milliseconds", FaultValue.Count, "5000", "on the cloud's clock")),
        new("hang", FaultScope.Wire, "Nothing is done and no answer ever comes; the client must give up."),
        new("rate_limited", FaultScope.Wire, "429 in the API's own words.", new FaultParameter("retry_after", FaultValue.Count, "1", "seconds; Hetzner sends no such header")),
        new("internal_error", FaultScope.Wire, "500 in the API's own words; nothing is done."),
        new("bad_gateway_html", FaultScope.Wire, "502 with a proxy's HTML page; nothing is done."),
        new("unavailable", FaultScope.Wire, "503 in the API's own words; nothing is done."),
        new("gateway_timeout", FaultScope.Wire, "504 in the API's own words.", new FaultParameter("done", FaultValue.Text, "no", "whether the request was carried out all the same", "yes", "no")),
        new("malformed_json", FaultScope.Wire, "The request is carried out and answered with half of its JSON."),
        new("stale_read", FaultScope.Wire, "The first matching GET of each URL is remembered and answered again to the next ones, whatever happened since."),
        new(
            "answer", FaultScope.Wire, "Nothing is done; this status and this body are answered.",
            new FaultParameter("status", FaultValue.Count, "500", "the HTTP status"), new FaultParameter("text", FaultValue.Text, "", "the body")),
        new(
            "sold_out", FaultScope.Hetzner, "412 resource_unavailable 'error during placement'.",
            new FaultParameter("server_type", FaultValue.Text, null, "e.g. cx23; every type when left out"), Place,
            new FaultParameter("listed", FaultValue.Text, "no", "whether the list of types still says available, as has been seen", "yes", "no"), Forever),
        new(
            "location_disabled", FaultScope.Hetzner, "412 resource_unavailable 'server location disabled'.",
            Place, new FaultParameter("listed", FaultValue.Text, "yes", "whether the list of types still says available", "yes", "no"), Forever),
        new(
            "quota", FaultScope.Hetzner, "403 resource_limit_exceeded on creating such a thing.",
            new FaultParameter("resource", FaultValue.Text, "server", "as in POST /v1/servers, without the s", "server", "primary_ip", "volume", "network", "firewall", "ssh_key", "placement_group", "floating_ip", "load_balancer", "certificate"), Forever),
        new(
            "locked", FaultScope.Hetzner, "423 on whatever changes a server, for a while from the first refusal on.",
            Server, new FaultParameter("seconds", FaultValue.Count, "30", "how long, on the cloud's clock")),
        new(
            "action_stuck", FaultScope.Hetzner, "The action stays running at 0 %, and the server locked, until the fault is taken back.",
            Action, Server, new FaultParameter("seconds", FaultValue.Count, "0", "or until so long has passed"),
            new FaultParameter("done", FaultValue.Text, "no", "whether its work is done at once all the same", "yes", "no")),
        new(
            "action_fails", FaultScope.Hetzner, "The action ends with an error after the 201, and its work is not done.",
            Action, Server, new FaultParameter("code", FaultValue.Text, "action_failed", "the error's code"),
            new FaultParameter("text", FaultValue.Text, "Unknown Error (unknown_error)", "the error's message")),
        new(
            "server_left_off", FaultScope.Hetzner, "create_server succeeds, but the new server is off.",
            Server, new FaultParameter("start_action", FaultValue.Text, "error", "how its start_server action ends", "error", "success")),
        new(
            "name_taken_unlisted", FaultScope.Hetzner, "409 uniqueness_error on a create, though no list shows that name.",
            new FaultParameter("resource", FaultValue.Text, "server", "as in POST /v1/servers, without the s", "server", "ssh_key", "firewall", "network", "volume", "primary_ip", "placement_group")),
        new("never_boots", FaultScope.Machine, "The server is running, but its machine hangs early in the boot."),
        new("boots_slowly", FaultScope.Machine, "The boot takes longer.", new FaultParameter("seconds", FaultValue.Count, "60", "on the cloud's clock; a real machine's in real time")),
        new("cloud_init_fails", FaultScope.Machine, "The first boot cannot read its user_data: nothing of it is done, nobody hears of the machine."),
        new("phone_home_lost", FaultScope.Machine, "The first boot succeeds, but its phone-home never arrives."),
        new("phone_home_doubled", FaultScope.Machine, "The phone-home arrives twice."),
        new("ssh_refuses", FaultScope.Machine, "Connections to port 22 are refused.", new FaultParameter("seconds", FaultValue.Count, "0", "a real machine's, in real time; 0: until taken back"), Forever),
        new("ssh_hangs", FaultScope.Machine, "Connections to port 22 are never answered.", new FaultParameter("seconds", FaultValue.Count, "0", "a real machine's, in real time; 0: until taken back"), Forever),
        new(
            "ssh_drops", FaultScope.Machine, "The connection dies in the middle of a script; what the script had done is done.",
            new FaultParameter("milliseconds", FaultValue.Count, "300", "after the session began, on a real machine")),
        new("ssh_changes_host_key", FaultScope.Machine, "The machine shows another host key from now on."),
        new("webhook_lost", FaultScope.Webhook, "The webhook is never sent; the event can still be listed."),
        new("webhook_doubled", FaultScope.Webhook, "The webhook is delivered twice, with the same event id."),
        new("webhook_reordered", FaultScope.Webhook, "The webhook waits until the next one was delivered.", new FaultParameter("seconds", FaultValue.Count, "60", "how long it waits when there is no next one")),
    ];

    public static FaultKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);
}
