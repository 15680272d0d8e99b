namespace Slipway.LocalCloud.Hetzner;

/// <summary>Which day's API this is: <c>--api-date</c> takes dated changes back that had not happened on that day.</summary>
internal sealed class ApiDate(LocalCloudOptions options, TimeProvider time)
{
    /// <summary>Until 2025-01-30 <c>GET /actions</c> listed everything; since then it wants ids.</summary>
    public bool ListsAllActions => IsBefore(2025, 1, 30);

    /// <summary>Since January 2026 a rebuild takes user_data.</summary>
    public bool RebuildRefusesUserData => IsBefore(2026, 1, 1);

    /// <summary>Since 2026-04-27 a primary IP may be ordered without assignee_type.</summary>
    public bool PrimaryIpsNeedAssigneeType => IsBefore(2026, 4, 27);

    /// <summary>Since 2026-05-01 a primary IP must be unassigned before its delete.</summary>
    public bool AssignedPrimaryIpsCanBeDeleted => IsBefore(2026, 5, 1);

    /// <summary>Until 2026-07-01 servers and primary IPs had a datacenter, and orders took one.</summary>
    public bool HasDatacenterFields => IsBefore(2026, 7, 1);

    /// <summary>Since 2026-08-01 an unassigned primary IP says <c>unassigned</c> as its assignee_type.</summary>
    public bool UnassignedPrimaryIpsSayServer => IsBefore(2026, 8, 1);

    /// <summary>Until 2026-10-01 <c>/datacenters</c> was there.</summary>
    public bool HasDatacenterList => IsBefore(2026, 10, 1);

    /// <summary>Whether something announced for a day has happened: on the day given, or else on the clock's.</summary>
    public bool IsPast(DateTimeOffset moment) => options.ApiDate is { } day
        ? DateOnly.FromDateTime(moment.UtcDateTime) <= day
        : moment <= time.GetUtcNow();

    private bool IsBefore(int year, int month, int day) => options.ApiDate is { } date && date < new DateOnly(year, month, day);
}
