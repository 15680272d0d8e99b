using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Slipway.Machines.Boot;

namespace Slipway.Server.Machines;

/// <summary>What machines say of themselves. The token in the path is the authorisation; answers are fast and never 503, at which cloud-init would loop.</summary>
internal static class CallbackEndpoints
{
    private const int MaximumBody = 64 * 1024;

    public static void MapCallbacks(this IEndpointRouteBuilder routes)
    {
        var callbacks = routes.MapGroup("/callbacks").AllowAnonymous().ExcludeFromDescription();
        callbacks.MapPost("/phone-home/{token}", (string token, HttpRequest request, BootReports reports, CancellationToken cancellationToken) =>
            TakeAsync(request, fields => reports.PhoneHomeAsync(token, fields("pub_key_ed25519"), fields("instance_id"), cancellationToken), cancellationToken));
        callbacks.MapPost("/boot/{token}", (string token, HttpRequest request, BootReports reports, CancellationToken cancellationToken) =>
            TakeAsync(request, fields => reports.ReportAsync(token, Report(fields), cancellationToken), cancellationToken));
    }

    private static BootReport Report(Func<string, string?> fields) => new(
        fields("phase") ?? "unknown", fields("status") ?? "failed", fields("exit_code"), fields("log_tail"), fields("tailscale_node_id"), fields("tailscale_ips"), fields("host_key"));

    private static async Task<IResult> TakeAsync(
        HttpRequest request, Func<Func<string, string?>, Task<BootReportOutcome>> take, CancellationToken cancellationToken)
    {
        if (await RawBody.ReadAsync(request, MaximumBody, cancellationToken) is not { } body)
        {
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"A report has at most {MaximumBody / 1024} KiB.");
        }

        if (Fields(body) is not { } fields)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "bad_request", "The body is neither a form nor a JSON object.");
        }

        return await take(name => fields.GetValueOrDefault(name)) switch
        {
            BootReportOutcome.Taken => TypedResults.NoContent(),
            BootReportOutcome.UnknownToken => Problems.Of(StatusCodes.Status404NotFound, "unknown_token", "No machine is expected to report here."),
            _ => Problems.Of(StatusCodes.Status409Conflict, "refused", "The report contradicts what is known of this machine."),
        };
    }

    /// <summary>Form or JSON, told apart by the first byte: cloud-init's reporter sends no content type at all.</summary>
    private static Dictionary<string, string>? Fields(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body).TrimStart();
        if (!text.StartsWith('{'))
        {
            return QueryHelpers.ParseQuery(text).ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal);
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString(), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }
    }
}
