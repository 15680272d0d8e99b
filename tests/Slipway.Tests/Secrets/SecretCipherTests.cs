using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Secrets;
using Slipway.Tests.Payments;

namespace Slipway.Tests.Secrets;

public sealed class SecretCipherTests
{
    private const string Context = "secrets/value/agent-7/TOKEN";
    private static readonly MasterKey Old = new(Enumerable.Range(0, 32).Select(number => (byte)number).ToArray());
    private static readonly MasterKey New = new(Enumerable.Range(100, 32).Select(number => (byte)number).ToArray());
    private readonly SecretCipher _cipher = new(new KeyRing(Old));

    [Fact]
    public void S1_any_text_comes_back_as_it_was() =>
        Prop.ForAll<NonNull<string>, NonNull<string>>((text, context) =>
        {
            // FsCheck also makes halves of surrogate pairs, which are no text.
            var value = string.Concat(text.Get.EnumerateRunes());
            return _cipher.Decrypt(_cipher.Encrypt(new Secret(value), context.Get), context.Get).Reveal() == value;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void S1_the_same_secret_never_looks_the_same_twice()
    {
        var texts = Enumerable.Range(0, 100).Select(_ => Encrypt("hunter2")).ToList();

        texts.ShouldBeUnique();
        texts.ShouldAllBe(text => text.StartsWith($"v1.{Old.Id}.", StringComparison.Ordinal) && !text.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public void S1_a_text_moved_to_another_row_does_not_open() =>
        Failure(() => _cipher.Decrypt(Encrypt("hunter2"), "secrets/value/agent-8/TOKEN")).ShouldContain("agent-8/TOKEN does not open: it was changed, or it was written for another place");

    [Fact]
    public void S1_no_character_of_the_text_can_be_changed()
    {
        var text = Encrypt("hunter2");
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Failure(() => _cipher.Decrypt(changed, Context)).ShouldContain(Context);
            Failure(() => _cipher.Decrypt(text.Remove(i, 1), Context)).ShouldContain(Context);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("hunter2")]
    [InlineData("v1.abcdefgh.")]
    [InlineData("v1.abcdefgh.AAAA")]
    [InlineData("v2.abcdefgh.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v1.abcdefgh.not base64")]
    public void What_was_never_encrypted_is_said_to_be_so(string text) =>
        Failure(() => _cipher.Decrypt(text, Context)).ShouldContain("not in the form v1.<key id>.<data>");

    [Fact]
    public void S1_after_a_rotation_old_texts_still_open_and_say_that_they_are_old()
    {
        var text = Encrypt("hunter2");
        var rotated = new SecretCipher(new KeyRing(New, Old));

        rotated.Decrypt(text, Context).Reveal().ShouldBe("hunter2");
        rotated.IsOutdated(text).ShouldBeTrue();
        _cipher.IsOutdated(text).ShouldBeFalse();
        rotated.IsOutdated(rotated.Encrypt(new Secret("hunter2"), Context)).ShouldBeFalse();
    }

    [Fact]
    public void S1_a_text_of_an_unknown_key_names_the_key_that_is_needed()
    {
        var message = Failure(() => new SecretCipher(new KeyRing(New)).Decrypt(Encrypt("hunter2"), Context));

        message.ShouldContain($"encrypted with master key {Old.Id}, which is not loaded (loaded: {New.Id})");
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused_rather_than_replaced() =>
        Should.Throw<ArgumentException>(() => Encrypt("hunter\ud800")).Message.ShouldNotContain("hunter");

    [Fact]
    public void S1_another_implementation_of_the_same_algorithms_opens_the_text()
    {
        var opened = NodePackages.Run(
            """
            const crypto = require('crypto');
            const { key, text, context } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
            const [version, keyId, data] = text.split('.');
            const packed = Buffer.from(data, 'base64url');
            const derived = crypto.hkdfSync('sha256', Buffer.from(key, 'base64'), '', 'slipway/secrets/aes-256-gcm', 32);
            const aes = crypto.createDecipheriv('aes-256-gcm', Buffer.from(derived), packed.subarray(0, 12));
            aes.setAAD(Buffer.from(`${version}.${keyId}.${context}`));
            aes.setAuthTag(packed.subarray(-16));
            process.stdout.write(Buffer.concat([aes.update(packed.subarray(12, -16)), aes.final()]));
            """,
            JsonSerializer.Serialize(new { key = Old.Reveal(), text = Encrypt("Zoë's 😀"), context = Context }));

        opened.ShouldBe("Zoë's 😀");
    }

    private string Encrypt(string value) => _cipher.Encrypt(new Secret(value), Context);

    private static string Failure(Action action)
    {
        var message = Should.Throw<SecretDecryptionException>(action).ToString();
        message.ShouldNotContain("hunter2");
        return message;
    }
}
