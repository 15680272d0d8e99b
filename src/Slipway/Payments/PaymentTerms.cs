using System.ComponentModel.DataAnnotations;

namespace Slipway.Payments;

/// <summary>How long somebody who does not pay is waited for.</summary>
public sealed class PaymentTerms : IValidatableObject
{
    public const string Section = "Payments";

    /// <summary>From a failed payment until the agent is stopped.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromDays(3);

    /// <summary>From the stop until the machine and all that is on it are destroyed.</summary>
    public TimeSpan DestroyAfter { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How often it is looked which subscription is due.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often Stripe is asked for events that never came; also at the start.</summary>
    public TimeSpan CatchUpEvery { get; set; } = TimeSpan.FromDays(1);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Grace < TimeSpan.Zero || DestroyAfter < TimeSpan.Zero)
        {
            yield return new ValidationResult("Payments:Grace and Payments:DestroyAfter are lengths of time, e.g. 3.00:00:00 for three days; they cannot be negative.");
        }

        if (LookEvery <= TimeSpan.Zero || CatchUpEvery <= TimeSpan.Zero)
        {
            yield return new ValidationResult("Payments:LookEvery and Payments:CatchUpEvery are lengths of time above zero, e.g. 00:01:00 and 1.00:00:00.");
        }
    }
}
