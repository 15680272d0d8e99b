using System.Text;
using System.Text.Json;
using Slipway.Payments;

namespace Slipway.Tests.Payments;

public sealed class StripeSignatureTests
{
    // A known answer, made by Stripe's own algorithm.
    private const string Secret = "whsec_test_secret";
    private const string Signature = "d95c6b7477fbd7e9f90b1b0ef5f9c7ac25abca5382460e0d988c2b2a5b71b990";
    private const long SignedAt = 1_700_000_000;
    private const string Header = "t=1700000000,v1=" + Signature;
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"id":"evt_test_webhook","object":"event"}""");
    private static readonly string Zeros = new('0', 64);

    [Fact]
    public void P1_the_known_signature_is_valid() => Verify(Header).ShouldBe(StripeSignatureResult.Valid);

    [Theory]
    [InlineData("v1=" + Signature + ",t=1700000000")]
    [InlineData("t=1700000000, v1=" + Signature)]
    [InlineData("t=1700000000,v0=ffff,v1=" + Signature + ",v2=unknown,scheme")]
    public void Order_spaces_and_other_schemes_do_not_matter(string header) => Verify(header).ShouldBe(StripeSignatureResult.Valid);

    [Fact]
    public void P1_during_a_rotation_either_side_may_be_ahead()
    {
        Verify(Header, secrets: ["whsec_new", Secret]).ShouldBe(StripeSignatureResult.Valid);
        Verify($"t={SignedAt},v1={Zeros},v1={Signature}").ShouldBe(StripeSignatureResult.Valid);
        Verify($"t={SignedAt},v1={Signature},v1={Zeros}", secrets: [Secret, "whsec_new"]).ShouldBe(StripeSignatureResult.Valid);
        Verify(Header, secrets: ["whsec_new", "whsec_newer"]).ShouldBe(StripeSignatureResult.NoMatch);
    }

    [Fact]
    public void P1_no_single_bit_of_the_body_can_be_changed()
    {
        for (var bit = 0; bit < Body.Length * 8; bit++)
        {
            var body = Body.ToArray();
            body[bit / 8] ^= (byte)(1 << (bit % 8));
            Verify(Header, body: body).ShouldBe(StripeSignatureResult.NoMatch);
        }
    }

    [Fact]
    public void P1_no_single_digit_of_the_header_can_be_changed()
    {
        for (var i = 0; i < Signature.Length; i++)
        {
            var changed = Signature[..i] + (Signature[i] == '0' ? '1' : '0') + Signature[(i + 1)..];
            Verify($"t={SignedAt},v1={changed}").ShouldBe(StripeSignatureResult.NoMatch);
        }

        Verify($"t={SignedAt + 1},v1={Signature}").ShouldBe(StripeSignatureResult.NoMatch);
        Verify($"t=0{SignedAt},v1={Signature}").ShouldBe(StripeSignatureResult.NoMatch);
    }

    [Theory]
    [InlineData(0, StripeSignatureResult.Valid)]
    [InlineData(300, StripeSignatureResult.Valid)]
    [InlineData(301, StripeSignatureResult.TooOld)]
    [InlineData(-300, StripeSignatureResult.Valid)]
    [InlineData(-301, StripeSignatureResult.FromTheFuture)]
    public void P1_the_tolerance_is_300_seconds_both_ways(int age, StripeSignatureResult expected) =>
        Verify(Header, now: SignedAt + age).ShouldBe(expected);

    [Fact]
    public void A_forged_old_signature_is_called_forged_not_old() =>
        Verify($"t={SignedAt},v1={Zeros}", now: SignedAt + 9999).ShouldBe(StripeSignatureResult.NoMatch);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void No_header_is_missing(string? header) => Verify(header).ShouldBe(StripeSignatureResult.Missing);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("t=1700000000")]
    [InlineData("v1=" + Signature)]
    [InlineData("t=,v1=" + Signature)]
    [InlineData("t=+1700000000,v1=" + Signature)]
    [InlineData("t=-1,v1=" + Signature)]
    [InlineData("t=99999999999999999999,v1=" + Signature)]
    [InlineData("t=1700000000,t=1700000000,v1=" + Signature)]
    [InlineData("t=1700000000,v0=" + Signature)]
    [InlineData("t=1700000000,v1=" + Signature + "00")]
    [InlineData("t=1700000000,v1=d95c")]
    [InlineData("t=1700000000,v1=zz5c6b7477fbd7e9f90b1b0ef5f9c7ac25abca5382460e0d988c2b2a5b71b990")]
    public void A_header_that_cannot_be_read_is_malformed(string header) => Verify(header).ShouldBe(StripeSignatureResult.Malformed);

    [Fact]
    public void A_header_of_a_thousand_signatures_is_not_tried() =>
        Verify($"t={SignedAt},{string.Join(',', Enumerable.Repeat("v1=" + Signature, 1000))}").ShouldBe(StripeSignatureResult.Malformed);

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData(Secret, " ")]
    public void T34_without_a_secret_nothing_is_let_in(params string[] secrets) =>
        Should.Throw<ArgumentException>(() => Verify(Header, secrets: secrets)).Message.ShouldContain("signing secrets");

    [Fact]
    public void P1_headers_made_by_Stripes_own_library_are_valid()
    {
        string[] payloads = [Encoding.UTF8.GetString(Body), "{}", "", "{ \"name\": \"Zoë 😀\",\r\n  \"spaces\": \"  kept \" }", new string('x', 100_000)];
        var headers = JsonSerializer.Deserialize<string[]>(NodePackages.Run(
            """
            const Stripe = require('stripe');
            const stripe = new (Stripe.default ?? Stripe)('sk_test_unused');
            const payloads = JSON.parse(require('fs').readFileSync(0, 'utf8'));
            console.log(JSON.stringify(payloads.map(payload =>
              stripe.webhooks.generateTestHeaderString({ payload, secret: 'whsec_test_secret', timestamp: 1700000000 }))));
            """,
            JsonSerializer.Serialize(payloads), "stripe@22.5.0"))!;

        headers[0].ShouldContain(Signature);
        foreach (var (payload, header) in payloads.Zip(headers))
        {
            Verify(header, body: Encoding.UTF8.GetBytes(payload)).ShouldBe(StripeSignatureResult.Valid);
            Verify(header, body: Encoding.UTF8.GetBytes(payload + " ")).ShouldBe(StripeSignatureResult.NoMatch);
            Verify(header, body: Encoding.UTF8.GetBytes(payload), secrets: ["whsec_another"]).ShouldBe(StripeSignatureResult.NoMatch);
        }
    }

    private static StripeSignatureResult Verify(string? header, byte[]? body = null, long now = SignedAt, string[]? secrets = null) =>
        StripeSignature.Verify(body ?? Body, header, secrets ?? [Secret], DateTimeOffset.FromUnixTimeSeconds(now), TimeSpan.FromSeconds(300));
}
