using System.ComponentModel.DataAnnotations;

namespace Slipway.Machines.Reconcile;

/// <summary>How often the clouds are compared with the rows, and how patient that is.</summary>
public sealed class ReconcileOptions : IValidatableObject
{
    public const string Section = "Reconcile";

    /// <summary>How often, by one of all servers on the database.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a resource that nothing here knows is kept before it is removed; also how long after a restore nothing is concluded from what is missing.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromHours(24);

    /// <summary>A younger resource is left alone: whoever makes it may still be writing that down.</summary>
    public TimeSpan MinimumAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>An operation that is at one step for longer is reported.</summary>
    public TimeSpan ProgressLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause after a repair that did not help.</summary>
    public TimeSpan RepairPause { get; set; } = TimeSpan.FromHours(6);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Every < TimeSpan.FromSeconds(30))
        {
            yield return new ValidationResult("Reconcile:Every is less than 30 s, which would spend Hetzner's hourly requests on looking: set it to a duration such as 00:05:00.");
        }

        if (Grace < TimeSpan.FromMinutes(10) || MinimumAge < TimeSpan.FromMinutes(1))
        {
            yield return new ValidationResult(
                "Reconcile:Grace is less than 10 min or Reconcile:MinimumAge less than 1 min: what an operation is just making would be taken for forgotten.");
        }

        if (ProgressLimit <= TimeSpan.Zero || RepairPause <= TimeSpan.Zero)
        {
            yield return new ValidationResult("Reconcile:ProgressLimit and Reconcile:RepairPause must be longer than nothing, such as 00:05:00.");
        }
    }
}
