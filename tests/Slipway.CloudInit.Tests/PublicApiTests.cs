using Slipway.Testing;

namespace Slipway.CloudInit.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void What_the_package_promises_is_the_approved_list() =>
        Repository.ShouldMatchApproved(PublicApi.Of(typeof(CloudConfig).Assembly), Repository.File("tests", "Slipway.CloudInit.Tests", "PublicApi.txt"));

    [Fact]
    public void The_example_in_the_readme_is_code_that_compiles_and_runs()
    {
        Repository.ReadmeExample("Slipway.CloudInit").ShouldBe(Repository.ExampleIn("tests", "Slipway.CloudInit.Tests", "ReadmeExample.cs"));
        ReadmeExample.Run().Encoding.ShouldBe(UserDataEncoding.Plain);
    }
}
