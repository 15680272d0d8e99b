using System.Text;

namespace Slipway.Ssh.Tests;

/// <summary>Words made of what shells, terminals and encodings trip over; the same seed makes the same words.</summary>
internal static class HostileWords
{
    public static readonly string[] Known =
    [
        "", " ", "'", "\"", "\\", "\n", "\r\n", "\t", "$", "$(id)", "`id`", "${HOME}", "-n", "--", "-rf /", "*", "?", "[a-z]", "~", "~root", "!!",
        "#", ";", "&", "|", ">", "<", "a=b", "''", "'\\''", "\\'", "$'\\x41'", "\u0001\u001b[31m", "äöü", "日本語", "👩‍👩‍👧", "\u202e", "\ufeff", "%s%n", "\u007f", "'; touch /tmp/x; '",
    ];

    public static IEnumerable<string> Generate(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var word = new StringBuilder();
            for (var parts = random.Next(1, 6); parts > 0; parts--)
            {
                word.Append(random.Next(4) == 0 ? ((char)random.Next(1, 0xd800)).ToString() : Known[random.Next(Known.Length)]);
            }

            yield return word.ToString();
        }
    }
}
