using System.Globalization;

namespace Slipway.Tailscale;

/// <summary>What is known of a machine before it joins, to tell its device from a stale or a strange one.</summary>
public sealed record EnrolmentExpectation
{
    /// <summary>The hostname the machine was told to use.</summary>
    public required string Hostname { get; init; }

    /// <summary>Exactly the tags of its auth key.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>When its auth key was created, by Tailscale's clock (<see cref="AuthKey.Created"/>): the device cannot be older.</summary>
    public required DateTimeOffset KeyCreated { get; init; }

    /// <summary>The node id the machine reported, if it did.</summary>
    public string? NodeId { get; init; }

    /// <summary>An address the machine reported, if it did.</summary>
    public string? Address { get; init; }

    /// <summary>How far apart two clocks may be.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>Checks that a device is the machine it claims to be. A machine's own report is only a hint; this compares it with what Tailscale knows.</summary>
public static class Enrolment
{
    /// <summary>Compares a device with what is expected.</summary>
    /// <param name="device">The device, as <see cref="DevicesClient.FindAsync"/> gave it.</param>
    /// <param name="expected">What must hold.</param>
    /// <returns>One sentence for each thing that does not hold; empty when the device is the one.</returns>
    public static IReadOnlyList<string> Check(Device device, EnrolmentExpectation expected)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(expected);
        return [.. Problems(device, expected)];
    }

    private static IEnumerable<string> Problems(Device device, EnrolmentExpectation expected)
    {
        if (expected.NodeId is not null && device.NodeId != expected.NodeId)
        {
            yield return $"The device is {device.NodeId}, but the machine reported {expected.NodeId}.";
        }

        if (!string.Equals(device.Hostname, expected.Hostname, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"The device calls itself '{device.Hostname}' instead of '{expected.Hostname}'.";
        }

        if (!device.Tags.ToHashSet(StringComparer.Ordinal).SetEquals(expected.Tags))
        {
            yield return $"The device has the tags [{string.Join(", ", device.Tags)}] instead of [{string.Join(", ", expected.Tags)}].";
        }

        if (device.IsExternal)
        {
            yield return "The device belongs to another tailnet and is only shared with this one.";
        }

        if (!device.Authorized)
        {
            yield return "The device is not authorized: its key was not preauthorized, or an administrator withdrew the approval.";
        }

        if (device.Created is not { } created)
        {
            yield return "The device has no creation time, so it cannot be told from an earlier one.";
        }
        else if (created < expected.KeyCreated - expected.ClockSkew)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"The device was created at {created:O}, before its key at {expected.KeyCreated:O}: it is an earlier machine.");
        }

        if (device.Addresses.Count == 0)
        {
            yield return "The device has no address.";
        }
        else if (expected.Address is not null && !device.HasAddress(expected.Address))
        {
            yield return $"The device has the addresses {string.Join(", ", device.Addresses)}, but the machine reported {expected.Address}.";
        }
    }
}
