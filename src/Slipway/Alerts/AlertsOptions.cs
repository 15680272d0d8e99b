using System.ComponentModel.DataAnnotations;
using Slipway.Alerts.Webhooks;

namespace Slipway.Alerts;

public sealed class AlertsOptions : IValidatableObject
{
    public const string Section = "Alerts";

    /// <summary>After this long at one step of an undo or a destroy, somebody is told what cannot be removed.</summary>
    public TimeSpan UndoLimit { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Where alerts are posted when they are raised and when they are resolved; null posts none.</summary>
    public Uri? WebhookUrl { get; set; }

    /// <summary>What those posts are signed with: <c>whsec_</c> and 24 to 64 random bytes in base64.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>Fetched once a minute while the engine is alive; whoever watches it calls for help when the requests stop. It is a secret of its own.</summary>
    public Uri? DeadManUrl { get; set; }

    /// <summary>How long resolved alerts, and messages that are delivered or given up, are kept.</summary>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(90);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (UndoLimit <= TimeSpan.Zero)
        {
            yield return new ValidationResult("Alerts:UndoLimit is not more than nothing: set it to a duration such as 00:15:00.");
        }

        if (KeepFor < TimeSpan.FromDays(2))
        {
            yield return new ValidationResult("Alerts:KeepFor is less than two days, and messages are sent for a day: set it to a duration such as 90.00:00:00.");
        }

        if (WebhookUrl is null != string.IsNullOrWhiteSpace(WebhookSecret))
        {
            yield return new ValidationResult("Alerts:WebhookUrl and Alerts:WebhookSecret belong together and one is missing: set both, or neither.");
        }

        if (!string.IsNullOrWhiteSpace(WebhookSecret) && WebhookSignature.ParseSecret(WebhookSecret) is null)
        {
            yield return new ValidationResult(
                "Alerts:WebhookSecret is not whsec_ and 24 to 64 bytes in base64: make one with 'echo whsec_$(openssl rand -base64 32)' and give it to the receiver too.");
        }

        foreach (var (name, url) in new[] { (nameof(WebhookUrl), WebhookUrl), (nameof(DeadManUrl), DeadManUrl) })
        {
            if (url is not null && (!url.IsAbsoluteUri || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0))
            {
                yield return new ValidationResult($"Alerts:{name} is not an http(s) address without user and password.");
            }
        }
    }
}
