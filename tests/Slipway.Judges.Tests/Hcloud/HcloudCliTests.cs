using Slipway.Judges.Tests.Support;

namespace Slipway.Judges.Tests.Hcloud;

/// <summary>
/// Hetzner's own command line, 1.30.3 of Debian 12, at a cloud it takes for Hetzner's; each session is a file under Transcripts. It waits half
/// a second before it asks how an action is, whatever its --poll-interval: classes are small, so that they wait beside each other.
/// </summary>
public abstract class HcloudCliTests
{
    protected static async Task FollowAsync(string transcript, params string[] options)
    {
        await using var cloud = await LocalCloudProcess.StartAsync(options);
        await Transcript.FollowAsync(transcript, cloud);
    }
}

public sealed class HcloudServerTests : HcloudCliTests
{
    [Fact]
    public Task A_server_with_everything_is_ordered_told_and_deleted() => FollowAsync("server-life");
}

public sealed class HcloudPowerTests : HcloudCliTests
{
    [Fact]
    public Task A_servers_power_is_switched_in_every_way() => FollowAsync("server-power");

    [Fact]
    public Task A_server_is_rebuilt_and_made_an_image_of() => FollowAsync("server-image");
}

public sealed class HcloudServerPartTests : HcloudCliTests
{
    [Fact]
    public Task A_servers_parts_are_changed() => FollowAsync("server-parts");
}

public sealed class HcloudSmallResourceTests : HcloudCliTests
{
    [Fact]
    public Task An_ssh_key_lives_and_dies() => FollowAsync("ssh-key");

    [Fact]
    public Task A_firewall_lives_and_dies() => FollowAsync("firewall");

    [Fact]
    public Task A_certificate_lives_and_dies() => FollowAsync("certificate");

    [Fact]
    public Task What_can_be_ordered_is_listed() => FollowAsync("catalogue");
}

public sealed class HcloudDiskTests : HcloudCliTests
{
    [Fact]
    public Task A_volume_lives_and_dies() => FollowAsync("volume");

    [Fact]
    public Task An_image_lives_and_dies() => FollowAsync("image");
}

public sealed class HcloudNetworkTests : HcloudCliTests
{
    [Fact]
    public Task A_network_lives_and_dies() => FollowAsync("network");

    [Fact]
    public Task A_floating_ip_lives_and_dies() => FollowAsync("floating-ip");
}

public sealed class HcloudPrimaryIpTests : HcloudCliTests
{
    [Fact]
    public Task A_primary_ip_lives_and_dies_as_in_june_2026() => FollowAsync("primary-ip-2026-06", "--api-date", "2026-06-30");

    [Fact]
    public Task Primary_ips_of_servers_are_kept_and_moved_today() => FollowAsync("primary-ip");
}

public sealed class HcloudLoadBalancerTests : HcloudCliTests
{
    [Fact]
    public Task A_load_balancer_lives_and_dies() => FollowAsync("load-balancer");
}

public sealed class HcloudTroubleTests : HcloudCliTests
{
    [Fact]
    public Task A_troubled_cloud_is_understood() => FollowAsync("trouble");
}
