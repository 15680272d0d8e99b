using System.Security.Cryptography;

namespace Slipway.Storage;

/// <summary>The one source of randomness, so that a simulation can replay it.</summary>
public class Entropy
{
    public virtual void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);

    /// <summary>At least 0, less than 1.</summary>
    public double NextDouble()
    {
        Span<byte> bytes = stackalloc byte[8];
        Fill(bytes);
        return (BitConverter.ToUInt64(bytes) >> 11) * (1.0 / (1UL << 53));
    }
}

/// <summary>Makes ids such as <c>op-3f7k…</c>: valid in host names and labels, 80 random bits, never a meaning.</summary>
public sealed class IdSource(Entropy entropy)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public string Next(string prefix)
    {
        Span<byte> random = stackalloc byte[16];
        entropy.Fill(random);
        Span<char> text = stackalloc char[16];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = Alphabet[random[i] & 31];
        }

        return $"{prefix}-{text}";
    }
}
