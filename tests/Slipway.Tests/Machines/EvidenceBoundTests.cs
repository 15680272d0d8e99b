using System.Text;
using Slipway.Machines.Steps;

namespace Slipway.Tests.Machines;

public sealed class EvidenceBoundTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("ü")]
    [InlineData("€")]
    [InlineData("🐌")]
    public void A_longer_text_keeps_its_end_in_at_most_16_KB_and_no_half_character(string character)
    {
        var text = string.Concat(Enumerable.Repeat(character, 20_000)) + "the end";

        var bound = TakeEvidence.Bound(text);

        var bytes = Encoding.UTF8.GetByteCount(bound);
        bytes.ShouldBeLessThanOrEqualTo(TakeEvidence.Limit);
        bytes.ShouldBeGreaterThan(TakeEvidence.Limit - 4);
        bound.ShouldEndWith(character + "the end");
        bound.ShouldNotContain("\uFFFD");
    }

    [Fact]
    public void What_would_steer_a_terminal_or_break_a_database_is_left_out() =>
        TakeEvidence.Bound("a\u0000b\u001b[2Jc\td\ne\u009bf\r").ShouldBe("ab[2Jc\td\nef");
}
