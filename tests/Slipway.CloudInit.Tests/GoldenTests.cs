using Slipway.Testing;

namespace Slipway.CloudInit.Tests;

public sealed class GoldenTests
{
    public static TheoryData<string> Cases => [.. GoldenCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void C5_a_document_is_the_approved_text_byte_for_byte(string name) =>
        Repository.ShouldMatchApproved(GoldenCases.All[name].ToYaml(), GoldenFile(name));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task C5_a_document_passes_the_schema_check_of_cloud_init(string name)
    {
        File.Exists("/usr/bin/cloud-init").ShouldBeTrue("This test needs the distribution's own judge: apt-get install cloud-init");

        var (exitCode, output, error) = await Tool.RunAsync("/usr/bin/cloud-init", ["schema", "-c", GoldenFile(name)]);

        exitCode.ShouldBe(0, output + error);
        output.ShouldContain("Valid cloud-config");
    }

    [Fact]
    public async Task C5_the_schema_check_refuses_what_cloud_init_does_not_know()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("bad.yaml"), "#cloud-config\nphone_home:\n  adress: https://slipway.example\n");

        var (exitCode, _, _) = await Tool.RunAsync("/usr/bin/cloud-init", ["schema", "-c", directory.File("bad.yaml")]);

        exitCode.ShouldNotBe(0);
    }

    [Fact]
    public void Every_golden_folder_has_a_case() =>
        Directory.GetDirectories(Repository.File("tests", "Slipway.CloudInit.Tests", "Golden")).Select(Path.GetFileName)
            .ShouldBe(GoldenCases.All.Keys, ignoreOrder: true);

    private static string GoldenFile(string name) => Repository.File("tests", "Slipway.CloudInit.Tests", "Golden", name, "user-data.yaml");
}
