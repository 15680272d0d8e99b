using System.Collections;
using System.Net;
using Slipway.Testing;
using static Slipway.Hetzner.Tests.Arrange;

namespace Slipway.Hetzner.Tests;

/// <summary>Plants secrets in everything that goes in and comes out, runs every operation, and looks for them in everything that is shown.</summary>
public sealed class SecrecyTests
{
    private static readonly string[] Secrets = [Token, Token[..32], "SECRETHALF", "planted"];

    private static readonly string TokenQuoted = $"Limit of '3600' requests per hour for token '{Token[..32]}...' reached. {Token}";

    /// <summary>A server that quotes all it was sent: Hetzner's 429 quotes the token's first half, and a wrong field could be quoted whole or in part.</summary>
    private static string Quoting(Operation operation) => operation.Body.Contains("user_data", StringComparison.Ordinal)
        ? $"{TokenQuoted} {JsonOf(Operations.UserData)} near '# planted-user-data' and 'write_files: planted-private-key'"
        : TokenQuoted;

    [Fact]
    public void H7_no_operation_shows_a_secret_in_a_log_line_an_exception_a_ToString_or_a_trace()
    {
        using var telemetry = new RecordedTelemetry();
        var shown = new List<string>();
        foreach (var operation in Operations.All)
        {
            var quoting = Quoting(operation);
            var details = $$"""{"fields":[{"name":"{{Token}}","messages":["{{quoting}}"]}]}""";
            using var arranged = new Arrange(
                o => o.MaxAttempts = 2,
                Answer(operation, 200, OperationTests.AnyAnswer),
                Answer(operation, 422, $$$"""{"error":{"code":"invalid_input","message":"{{{quoting}}}","details":{{{details}}} } }"""),
                Answer(operation, 429, $$"""{"error":{"code":"rate_limit_exceeded","message":"{{quoting}}","details":null} }"""),
                Answer(operation, 429, $$"""{"error":{"code":"rate_limit_exceeded","message":"{{quoting}}","details":null} }"""),
                Answer(operation, 403, $"<html>{quoting}</html>"),
                Answer(operation, 200, $$"""{"server":"{{JsonOf(Operations.UserData)}}","action":"planted-root-password","root_password":5,"password":[],"pricing":1,"metrics":"planted","meta":"planted"}"""));
            arranged.Run(async () =>
            {
                shown.AddRange(Describe(await operation.Call(arranged.Client)));
                for (var failure = 0; failure < 4; failure++)
                {
                    try
                    {
                        shown.AddRange(Describe(await operation.Call(arranged.Client)));
                    }
                    catch (HetznerException e)
                    {
                        shown.Add($"{e} {e.Details} {string.Join(' ', e.Details.Fields.Select(f => $"{f} {string.Join(' ', f.Messages)}"))} {e.Code} {e.CorrelationId} {e.Endpoint}");
                    }
                }
            });

            arranged.Logs.Lines.ShouldNotBeEmpty("a retry is logged, else this test would prove nothing");
            shown.AddRange(arranged.Logs.Lines.Select(l => l.Text));
        }

        shown.ShouldContain(s => s.Contains("token '***'", StringComparison.Ordinal), "the 429 message must have been shown");
        telemetry.Activities.Count.ShouldBeGreaterThan(Operations.All.Count * 5);
        Leaks([.. shown, telemetry.Everything]).ShouldBeEmpty();
    }

    [Fact]
    public void H7_requests_that_carry_secrets_do_not_print_them()
    {
        var request = new CreateServerRequest { Name = "web-1", ServerType = "cx23", Image = "debian-12", UserData = Operations.UserData };

        Leaks([request.ToString()]).ShouldBeEmpty();
        request.ToString().ShouldContain("UserData = ***");
    }

    [Fact]
    public void The_search_finds_what_is_there() => Leaks(["a planted secret"]).ShouldHaveSingleItem();

    private static IEnumerable<string> Leaks(IEnumerable<string> texts) =>
        from text in texts
        from secret in Secrets
        where text.Contains(secret, StringComparison.Ordinal)
        select $"'{secret}' is in: {text[..Math.Min(text.Length, 400)]}";

    private static ScriptedExchange Answer(Operation operation, int status, string body) =>
        new(operation.Method, "/v1" + operation.Path, (HttpStatusCode)status, body);

    /// <summary>What a result prints, and what the items of a list print.</summary>
    private static IEnumerable<string> Describe(object? result) =>
        result is IEnumerable items and not string ? items.Cast<object>().Select(i => $"{i}") : [$"{result}"];

    private static string JsonOf(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);
}
