using System.Net;
using System.Text;
using Slipway.Client;
using Slipway.Payments;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests;

/// <summary>What customers, operators, Stripe and the world get wrong.</summary>
public sealed class BadInputTests(SharedSystem shared) : IClassFixture<SharedSystem>
{
    private TestSystem System => shared.System;

    [Fact]
    public async Task P1_A_wrong_signature_is_refused_and_nothing_happens()
    {
        var agent = await System.OrderAsync();

        var answer = await System.WebhookAsync(StripeEvents.Paid(agent.Id, "evt_forged"), secret: "whsec_guessed");
        using var unsigned = StripeEvents.Signed("{}", System.Clock.GetUtcNow());
        unsigned.Headers.Remove("Stripe-Signature");
        var without = await System.SendAsync(unsigned);
        var old = await System.SendAsync(StripeEvents.Signed(StripeEvents.Paid(agent.Id, "evt_old"), System.Clock.GetUtcNow().AddSeconds(-301)));

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Code.ShouldBe("bad_signature");
        without.Code.ShouldBe("bad_signature");
        old.Code.ShouldBe("bad_signature");
        old.Detail!.ShouldContain("older than 300 s");
        (await System.Client.Agents.GetAsync(agent.Id)).Wanted.ShouldBe("nothing");
    }

    [Fact]
    public async Task P1_A_replayed_event_has_its_effect_once()
    {
        await using var own = await TestSystem.StartAsync();
        var agent = await own.OrderAndPayAsync();
        await own.FinishedAsync(agent.Operation!);

        var replay = await own.WebhookAsync(StripeEvents.Paid(agent.Id, "evt_" + agent.Id));

        replay.Status.ShouldBe(HttpStatusCode.OK);
        replay.Text.ShouldContain("before");
        (await own.Client.Operations.ListAsync(agent.Id)).ShouldHaveSingleItem();
        (await own.Cloud.InventoryAsync())["servers"].ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P1_An_oversized_event_is_413(bool chunked)
    {
        using var request = StripeEvents.Signed(new string(' ', 300 * 1024), System.Clock.GetUtcNow());
        request.Headers.TransferEncodingChunked = chunked;

        var answer = await System.SendAsync(request);

        answer.Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        answer.Code.ShouldBe("body_too_large");
    }

    [Fact]
    public async Task P1_A_signed_body_that_is_no_event_is_refused()
    {
        foreach (var body in (string[])["", "[]", "null", "{", "{}", """{"id":"evt_1","type":"x"}"""])
        {
            var answer = await System.WebhookAsync(body);
            (answer.Status, answer.Code).ShouldBe((HttpStatusCode.BadRequest, "malformed_event"), body);
        }
    }

    [Fact]
    public async Task P2_A_payment_at_an_unknown_price_is_an_alert_and_counts_after_the_price_was_added()
    {
        await using var own = await TestSystem.StartAsync();
        var agent = await own.OrderAsync();
        await own.PayAsync(agent.Id, "price_new");

        var open = await Eventually.BecomesAsync(() => own.Client.Alerts.ListAsync(), a => a.Count > 0, "the alert is raised");
        open.ShouldHaveSingleItem().What.ShouldContain("price_new");
        (await own.Client.Agents.GetAsync(agent.Id)).Wanted.ShouldBe("nothing");
        await own.StopServerAsync();
        own.Set("Stripe:Prices:price_new", "hello");
        await own.StartServerAsync();

        await Eventually.BecomesAsync(
            () => own.Client.Agents.GetAsync(agent.Id), a => a.Wanted == "running", "it is looked at again", () => own.Clock.Leap(TimeSpan.FromMinutes(1)));
        (await own.Client.Alerts.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task P2_A_payment_for_an_agent_that_does_not_exist_is_an_alert()
    {
        await using var own = await TestSystem.StartAsync();
        await own.PayAsync("agt-nobody");

        var open = await Eventually.BecomesAsync(() => own.Client.Alerts.ListAsync(), a => a.Count > 0, "the alert is raised");

        open.ShouldHaveSingleItem().What.ShouldContain("agt-nobody");
    }

    [Fact]
    public async Task P1_A_signed_event_about_a_subscription_Stripe_does_not_know_provisions_nothing()
    {
        await using var own = await TestSystem.StartAsync();
        var agent = await own.OrderAsync();
        await own.WebhookAsync(StripeEvents.Paid(agent.Id, "evt_1", "sub_invented"));

        var open = await Eventually.BecomesAsync(() => own.Client.Alerts.ListAsync(), a => a.Count > 0, "the alert is raised");

        open.ShouldHaveSingleItem().WhatToDo.ShouldContain("STRIPE_SECRET_KEY");
        (await own.Client.Agents.GetAsync(agent.Id)).Wanted.ShouldBe("nothing");
    }

    [Fact]
    public async Task A_blueprint_with_a_typo_is_told_where_it_is_and_what_was_meant()
    {
        var hello = await File.ReadAllTextAsync(Path.Combine(SourceTree.Blueprints, "hello.yaml"));
        var typo = hello.Replace("  server_type:", "  sever_type:", StringComparison.Ordinal);

        var problems = await System.Client.Blueprints.ValidateAsync("hello.yaml", typo);

        var line = typo.Split('\n').ToList().FindIndex(l => l.Contains("sever_type", StringComparison.Ordinal)) + 1;
        problems.ShouldContain(p => p.Line == line && p.Message.Contains("server_type", StringComparison.Ordinal));
        (await System.Client.Blueprints.ValidateAsync("hello.yaml", hello)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_secret_that_fails_its_pattern_is_422_and_its_value_is_never_repeated()
    {
        const string Wrong = "short!$%";
        var answer = await PostAsync("v1/agents", $$$"""{"blueprint":"hello","secrets":{"GREETING_TOKEN":"{{{Wrong}}}","NO_SUCH":"x"}}""");

        (answer.Status, answer.Code).ShouldBe((HttpStatusCode.UnprocessableEntity, "invalid_order"));
        answer.Json["errors"]!["secrets.GREETING_TOKEN"].ShouldNotBeNull();
        answer.Json["errors"]!["secrets.NO_SUCH"].ShouldNotBeNull();
        answer.Text.ShouldNotContain(Wrong);
        System.Log.Text.ShouldNotContain(Wrong);
    }

    [Theory]
    [InlineData("""{"blueprint":"nope","secrets":{}}""", 404, "blueprint_not_found")]
    [InlineData("""{"blueprint":"hello","secrets":{}}""", 422, "invalid_order")]
    [InlineData("""{"blueprint":"hello","secrets":{"GREETING_TOKEN":null}}""", 422, "invalid_order")]
    [InlineData("""{"blueprint":"hello","location":"mars","secrets":{"GREETING_TOKEN":"0123456789abcdef"}}""", 422, "invalid_order")]
    [InlineData("""{"blueprint":"hello","secrets":null}""", 400, "bad_request")]
    [InlineData("""{"blueprint":null}""", 400, "bad_request")]
    [InlineData("""{"secrets":{}}""", 400, "bad_request")]
    [InlineData("""{"blueprint":"hello","secrets":[]}""", 400, "bad_request")]
    [InlineData("null", 400, "bad_request")]
    [InlineData("", 400, "bad_request")]
    [InlineData("{", 400, "bad_request")]
    public async Task An_order_that_makes_no_sense_is_refused_with_words(string body, int status, string code)
    {
        var before = (await System.Client.Agents.ListAsync()).Count;

        var answer = await PostAsync("v1/agents", body);

        ((int)answer.Status, answer.Code).ShouldBe((status, code), answer.Text);
        answer.Detail.ShouldNotBeNullOrWhiteSpace();
        (await System.Client.Agents.ListAsync()).Count.ShouldBe(before);
    }

    [Fact]
    public async Task What_does_not_exist_is_404_with_its_own_code()
    {
        foreach (var (method, path, code) in new[]
        {
            (HttpMethod.Get, "v1/agents/agt-x", "agent_not_found"),
            (HttpMethod.Post, "v1/agents/agt-x/stop", "agent_not_found"),
            (HttpMethod.Post, "v1/agents/agt-x/start", "agent_not_found"),
            (HttpMethod.Post, "v1/agents/agt-x/destroy", "agent_not_found"),
            (HttpMethod.Post, "v1/agents/agt-x/retry", "agent_not_found"),
            (HttpMethod.Get, "v1/operations/op-x", "operation_not_found"),
            (HttpMethod.Get, "v1/operations/op-x/events", "operation_not_found"),
            (HttpMethod.Get, "v1/blueprints/nope", "blueprint_not_found"),
        })
        {
            var answer = await System.SendAsync(method, path);
            (answer.Status, answer.Code).ShouldBe((HttpStatusCode.NotFound, code), path);
        }
    }

    [Fact]
    public async Task L3_Destroying_twice_is_200_and_one_operation()
    {
        await using var own = await TestSystem.StartAsync();
        var agent = await own.RunningAgentAsync();

        (await own.DestroyedAsync(agent.Id)).Accepted.ShouldBeTrue();
        var operations = (await own.Client.Operations.ListAsync(agent.Id)).Count;
        var second = await own.SendAsync(HttpMethod.Post, $"v1/agents/{agent.Id}/destroy");

        second.Status.ShouldBe(HttpStatusCode.OK);
        (await own.Client.Operations.ListAsync(agent.Id)).Count.ShouldBe(operations);
    }

    [Fact]
    public async Task L1_Stopping_while_it_is_provisioned_is_409_and_says_what_to_do()
    {
        await using var own = await TestSystem.StartAsync(cloud: options => options.BootTime = TimeSpan.FromHours(1));
        var agent = await own.OrderAsync(granted: true);

        var answer = await own.SendAsync(HttpMethod.Post, $"v1/agents/{agent.Id}/stop");

        (answer.Status, answer.Code).ShouldBe((HttpStatusCode.Conflict, "cannot_stop"));
        answer.Detail!.ShouldContain("wait until it runs, or destroy it");
        (await own.Client.Agents.GetAsync(agent.Id)).Wanted.ShouldBe("running");
    }

    [Fact]
    public async Task L1_L2_A_draft_can_neither_be_stopped_nor_started_nor_retried()
    {
        var agent = await System.OrderAsync();

        foreach (var verb in (string[])["stop", "start", "retry"])
        {
            var answer = await System.SendAsync(HttpMethod.Post, $"v1/agents/{agent.Id}/{verb}");
            (answer.Status, answer.Code).ShouldBe((HttpStatusCode.Conflict, $"cannot_{verb}"));
            answer.Detail!.ShouldContain("draft");
        }
    }

    [Fact]
    public async Task With_the_cloud_gone_an_order_waits_with_a_clear_error_and_is_carried_out_when_it_is_back()
    {
        await using var own = await TestSystem.StartAsync(directly: true);
        await own.Cloud.StopAsync();
        var agent = await own.OrderAsync(granted: true);
        var retry = Eventually.BecomesAsync(
            () => own.Client.Operations.GetAsync(agent.Operation!),
            o => o.Timeline.Any(t => t.Kind == "retrying"),
            "the timeline shows the trouble",
            () => own.Clock.Leap(TimeSpan.FromSeconds(1)));
        (await retry).Error!.ShouldContain("refused");

        await own.Cloud.StartAsync();
        var provision = await own.FinishedByLeapsAsync(agent.Operation!, TimeSpan.FromSeconds(1));

        provision.Status.ShouldBe("succeeded", provision.Error);
        (await own.Cloud.InventoryAsync())["servers"].ShouldBe(1);
    }

    [Fact]
    public async Task H8_A_wrong_Hetzner_token_is_named_in_timeline_and_doctor_and_the_order_is_not_lost()
    {
        await using var own = await TestSystem.StartAsync(new Dictionary<string, string> { ["Hetzner:Token"] = "wrong-token-0123456789" });
        var agent = await own.OrderAndPayAsync();

        var entry = await own.SeesAsync(agent.Operation!, t => t.Kind == "retrying", "Hetzner refused");
        var check = (await own.Client.Doctor.ExamineAsync()).Checks.Single(c => c.Name == "hetzner-token");

        entry.Message!.ShouldContain("HETZNER_API_TOKEN");
        check.Ok.ShouldBeFalse();
        (check.Detail + check.Fix).ShouldContain("HETZNER_API_TOKEN");
        await own.StopServerAsync();
        own.Set("Hetzner:Token", Cloud.Token);
        await own.StartServerAsync();
        (await own.FinishedAsync(agent.Operation!)).Status.ShouldBe("succeeded");
    }

    [Fact]
    public async Task T1_A_wrong_Tailscale_secret_is_named_by_the_doctor()
    {
        await using var own = await TestSystem.StartAsync(new Dictionary<string, string> { ["Tailscale:ClientSecret"] = "wrong" });

        var checks = (await own.Client.Doctor.ExamineAsync()).Checks;

        checks.Single(c => c.Name == "tailscale").Fix!.ShouldContain("TAILSCALE_OAUTH_CLIENT_SECRET");
        checks.Single(c => c.Name == "hetzner-token").Ok.ShouldBeTrue();
    }

    [Fact]
    public async Task The_doctor_finds_nothing_where_nothing_is_wrong_and_leaves_nothing_behind()
    {
        await using var own = await TestSystem.StartAsync();
        await own.Cloud.WebhooksToAsync(new Uri(own.ToServer.Address, "webhooks/stripe"), StripeEvent.Types);

        (await own.Client.Doctor.ExamineAsync()).Checks.Where(c => !c.Ok).ShouldBeEmpty();

        await own.Cloud.ShouldBeEmptyAsync();
    }

    [Fact]
    public async Task H8_A_wrong_Stripe_key_and_deliveries_that_are_not_believed_or_never_come_are_named_by_the_doctor()
    {
        await using var own = await TestSystem.StartAsync(new Dictionary<string, string> { ["Stripe:WebhookSecrets:0"] = "whsec_somebody_elses" });
        (await StripeAsync("stripe-key")).Ok.ShouldBeTrue();
        var missing = await StripeAsync("stripe-webhook");
        (missing.Ok, missing.Detail).ShouldBe((false, "Stripe has no endpoint that ends in /webhooks/stripe"));

        await own.Cloud.WebhooksToAsync(new Uri(own.ToServer.Address, "webhooks/stripe"), StripeEvent.Types);
        (await StripeAsync("stripe-webhook")).Ok.ShouldBeTrue();
        await own.Cloud.WebhooksToAsync(new Uri(own.ToServer.Address, "webhooks/stripe"), [.. StripeEvent.Types.Where(t => t != "invoice.paid")]);
        (await StripeAsync("stripe-webhook")).Detail.ShouldBe("Stripe's endpoint is not told of invoice.paid");
        await own.Cloud.CheckOutAndPayAsync((await own.OrderAsync()).Id, "price_hello");
        var unbelieved = await Eventually.BecomesAsync(
            () => StripeAsync("stripe-webhook"), c => c.Detail.Contains("No signature matches", StringComparison.Ordinal), "a delivery was refused");
        unbelieved.Ok.ShouldBeFalse();
        unbelieved.Fix!.ShouldContain("STRIPE_WEBHOOK_SECRET");

        await own.StopServerAsync();
        own.Set("Stripe:ApiKey", "sk_test_somebody_elses");
        await own.StartServerAsync();
        var key = await StripeAsync("stripe-key");
        (key.Ok, key.Fix!.Contains("STRIPE_SECRET_KEY", StringComparison.Ordinal)).ShouldBe((false, true));
        (key.Detail + key.Fix).ShouldNotContain("somebody_elses");

        async Task<DoctorCheck> StripeAsync(string name) => (await own.Client.Doctor.ExamineAsync()).Checks.Single(c => c.Name == name);
    }

    private Task<Answer> PostAsync(string path, string json) =>
        System.SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));
}
