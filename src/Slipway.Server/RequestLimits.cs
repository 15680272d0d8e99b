using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Slipway.Server;

/// <summary>How long and how much a client may take of a connection. Whoever is slower than anybody honest is cut off, so that connections come free again.</summary>
public sealed class RequestLimits : IValidatableObject
{
    public const string Section = "Limits";

    /// <summary>From the first byte of a request until its headers are complete.</summary>
    public TimeSpan Headers { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a body may come, or an answer be read, more slowly than <see cref="BytesPerSecond"/>.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The slowest a body may come in, and an answer be read, on average.</summary>
    public int BytesPerSecond { get; set; } = 240;

    /// <summary>How long a connection may be silent between two requests.</summary>
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>Connections at once; more are closed at once, so that the process keeps file handles for its own work.</summary>
    public int Connections { get; set; } = 5000;

    /// <summary>Kestrel measures once a second, and refuses a grace that it could not tell from none.</summary>
    internal bool LetSomebodyIn => Headers > TimeSpan.Zero && KeepAlive > TimeSpan.Zero && Grace > TimeSpan.FromSeconds(1) && BytesPerSecond > 0 && Connections > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!LetSomebodyIn)
        {
            yield return new ValidationResult(
                "Limits has a value that lets nobody in: Headers and KeepAlive must be longer than nothing, Grace longer than a second, BytesPerSecond and Connections at least 1.");
        }
    }
}

internal static class RequestLimitsRegistration
{
    /// <summary>The longest body anybody may send; every route that strangers reach reads less, see its own limit.</summary>
    private const int LongestBody = 256 * 1024;

    public static void AddRequestLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RequestLimits>().BindConfiguration(RequestLimits.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IConfiguration>((kestrel, configuration) =>
        {
            // Not the validated ones: if they are invalid, that is told together with all else.
            var limits = configuration.GetSection(RequestLimits.Section).Get<RequestLimits>() ?? new RequestLimits();
            kestrel.Limits.MaxRequestBodySize = LongestBody;
            if (!limits.LetSomebodyIn)
            {
                return;
            }

            kestrel.Limits.MaxConcurrentConnections = limits.Connections;
            kestrel.Limits.RequestHeadersTimeout = limits.Headers;
            kestrel.Limits.KeepAliveTimeout = limits.KeepAlive;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.BytesPerSecond, limits.Grace);
            kestrel.Limits.MinResponseDataRate = new MinDataRate(limits.BytesPerSecond, limits.Grace);
        });
    }
}
