using Slipway.LocalCloud.Tests.Support;

namespace Slipway.LocalCloud.Tests.Hetzner;

public sealed class SshKeyTests
{
    public const string Ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ test";

    [Fact]
    public async Task H5_a_key_is_made_found_by_name_and_fingerprint_and_deleted()
    {
        await using var cloud = await TestCloud.StartAsync();

        var created = await cloud.PostAsync("/v1/ssh_keys", $$$"""{"name":"ops","public_key":"{{{Ed25519}}}","labels":{"a":"1"}}""");

        created.Status.ShouldBe(201);
        var key = created["ssh_key"];
        ((string?)key["public_key"]).ShouldBe(Ed25519);
        // ssh-keygen -l -E md5 says the same.
        ((string?)key["fingerprint"]).ShouldBe(ExpectedFingerprint);
        (await cloud.GetAsync("/v1/ssh_keys?name=ops"))["ssh_keys"].AsArray().Count.ShouldBe(1);
        (await cloud.GetAsync($"/v1/ssh_keys?fingerprint={key["fingerprint"]}"))["ssh_keys"].AsArray().Count.ShouldBe(1);
        (await cloud.GetAsync("/v1/ssh_keys?fingerprint=00"))["ssh_keys"].AsArray().ShouldBeEmpty();

        var deleted = await cloud.DeleteAsync($"/v1/ssh_keys/{key["id"]}");
        deleted.Status.ShouldBe(204);
        deleted.Text.ShouldBeEmpty();
        (await cloud.DeleteAsync($"/v1/ssh_keys/{key["id"]}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task H5_a_key_is_unique_by_name_and_by_fingerprint()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.PostAsync("/v1/ssh_keys", $$"""{"name":"ops","public_key":"{{Ed25519}}"}""");

        var sameKey = await cloud.PostAsync("/v1/ssh_keys", $$"""{"name":"other","public_key":"{{Ed25519}} again"}""");
        sameKey.Status.ShouldBe(409);
        sameKey.ErrorMessage.ShouldBe("SSH key with the same fingerprint already exists");
        sameKey.Json["error"]!["details"]!.ToJsonString().ShouldBe("""{"fields":[{"name":"public_key"}]}""");
        var sameName = await cloud.PostAsync(
            "/v1/ssh_keys", $$"""{"name":"ops","public_key":"{{Ed25519.Replace("JdD7", "JdD8", StringComparison.Ordinal)}}"}""");
        sameName.ErrorMessage.ShouldBe("SSH key name is already used");
    }

    [Theory]
    [InlineData("not a key")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ")]
    [InlineData("ssh-ed25519 !!!!")]
    [InlineData("ssh-ed25519")]
    public async Task A_malformed_key_is_422(string publicKey)
    {
        await using var cloud = await TestCloud.StartAsync();

        var answer = await cloud.PostAsync("/v1/ssh_keys", $$"""{"name":"ops","public_key":"{{publicKey}}"}""");

        answer.Status.ShouldBe(422);
        answer.Field.ShouldBe("public_key");
    }

    private const string ExpectedFingerprint = "46:5d:0f:4b:7b:74:b6:5f:ce:80:b0:33:70:9e:33:96";
}
