using System.Reflection;
using System.Text.Json;
using Slipway.Secrets;

namespace Slipway.Tests.Secrets;

public sealed class SecretTests
{
    private readonly Secret _secret = new("hunter2");

    [Fact]
    public void C6_a_secret_prints_as_three_stars_wherever_it_is_printed()
    {
        _secret.ToString().ShouldBe("***");
        $"{_secret} {new { _secret }} {(_secret, 1)} {new Holder(_secret)}".ShouldNotContain("hunter2");
        string.Format(null, "{0}", _secret).ShouldBe("***");
    }

    [Fact]
    public void C6_a_secret_comes_in_as_JSON_but_never_goes_out()
    {
        JsonSerializer.Deserialize<Holder>("""{"Password":"hunter2"}""")!.Password.Reveal().ShouldBe("hunter2");
        Should.Throw<NotSupportedException>(() => JsonSerializer.Serialize(new Holder(_secret))).ToString().ShouldNotContain("hunter2");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<Holder>("""{"Password":12345}""")).ToString().ShouldNotContain("12345");
    }

    [Fact]
    public void C6_nothing_public_but_Reveal_gives_the_value_away()
    {
        typeof(Secret).GetProperties().ShouldBeEmpty();
        typeof(Secret).GetFields().ShouldBeEmpty();
        typeof(Secret).GetMethods(BindingFlags.Public | BindingFlags.Static).ShouldBeEmpty("an implicit conversion would be a way out");
        typeof(Secret).GetMethods().Where(method => method.DeclaringType == typeof(Secret)).Select(method => method.Name).ShouldBe(["Reveal", "ToString"], ignoreOrder: true);
    }

    private sealed record Holder(Secret Password);
}
