using Slipway.Testing;

namespace Slipway.Hetzner.Tests;

public sealed class PublicApiTests
{
    /// <summary>PublicApi.txt is the whole public surface on one page: a change to it is seen in review.</summary>
    [Fact]
    public void The_public_API_is_the_approved_one() =>
        Repository.ShouldMatchApproved(PublicApi.Of(typeof(HetznerClient).Assembly), Repository.File("tests", "Slipway.Hetzner.Tests", "PublicApi.txt"));
}
